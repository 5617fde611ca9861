// Bodies that go to a sink piece by piece.
#include "net/upload.hpp"

#include "fixtures.hpp"
#include "net/form_upload.hpp"
#include "raw_socket.hpp"

using namespace parley;
using namespace parley::test;

namespace {

// Takes everything, or what it is told to do instead.
struct TestSink : net::BodySink {
    std::string got;
    std::size_t largest = 0, pieces = 0;
    std::optional<Error> error;
    bool hold = false;
    UniqueFunction<void(Result<void>)> held;  // [I/O thread]

    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override {
        got += bytes;
        largest = std::max(largest, bytes.size());
        ++pieces;
        if (hold) {
            held = std::move(written);
        } else if (error) {
            written(*error);
        } else {
            written({});
        }
    }
};

struct Uploads {
    net::RouteLimits limits;
    net::ServerOptions options;
    bool refuse = false;
    std::shared_ptr<TestSink> sink = std::make_shared<TestSink>();
    std::vector<std::string> heard;  // [I/O thread]
    std::unique_ptr<TestServer> server;

    ~Uploads() {
        server->on_loop([&] { server->server.reset(); });
    }
    void start() {
        server = std::make_unique<TestServer>(
            [this](net::Router& router) {
                router.add_upload(
                    "POST", "/up",
                    [this](net::Request, std::unique_ptr<net::Upload> upload, net::Responder respond) {
                        if (refuse) return respond(net::Response::problem(401, "login", "who?"));
                        auto answer = std::make_shared<net::Responder>(std::move(respond));
                        upload->receive(sink, [this, answer](Result<void> received) {
                            heard.emplace_back(received ? "ok" : to_string(received.error().code));
                            (*answer)(received ? net::Response::text(200, std::to_string(sink->got.size()))
                                               : net::Response::problem(422, "sink", received.error().message));
                        });
                    },
                    limits);
                router.add("GET", "/after",
                           [](net::Request, net::Responder respond) { respond(net::Response::text(200, "after")); });
            },
            options);
    }
    RawSocket connect() { return RawSocket::to_port(server->port); }
    bool has_heard(const std::vector<std::string>& what) {
        return eventually([&] {
            bool same = false;
            server->on_loop([&] { same = heard == what; });
            return same;
        });
    }
};

std::string post(const std::string& lines, const std::string& body = "") {
    return "POST /up HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n" + body;
}
std::string sized(const std::string& body) {
    return post("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}
const std::string after = "GET /after HTTP/1.1\r\nHost: a\r\n\r\n";

std::string noise(std::size_t size) {
    std::string out(size, '\0');
    unsigned state = 7;
    for (auto& c : out) c = static_cast<char>((state = state * 1103515245 + 12345) >> 16);
    return out;
}

}  // namespace

TEST_CASE("a body comes in pieces and the connection goes on", "[upload]") {
    Uploads it;
    it.limits.max_body = 8 << 20;
    it.start();
    auto socket = it.connect();
    auto body = noise(5'000'000);
    SECTION("with a length") {
        socket.send(sized(body) + after);
        CHECK(socket.response().body == std::to_string(body.size()));
        CHECK(it.sink->pieces > 10);
    }
    SECTION("in chunks") {
        socket.send(post("Transfer-Encoding: chunked\r\n"));
        for (std::size_t at = 0; at < body.size(); at += 50'000) {
            socket.send("c350\r\n" + body.substr(at, 50'000) + "\r\n");
        }
        socket.send("0\r\n\r\n" + after);
        CHECK(socket.response().body == std::to_string(body.size()));
    }
    SECTION("empty") {
        body.clear();
        socket.send(sized(body) + after);
        CHECK(socket.response().body == "0");
        CHECK(it.sink->pieces == 0);
    }
    SECTION("after 100 Continue") {
        body = "small";
        socket.send(post("Expect: 100-continue\r\nContent-Length: 5\r\n"));
        CHECK(socket.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
        socket.send("small" + after);
        CHECK(socket.response().body == "5");
    }
    CHECK(socket.response().body == "after");
    CHECK(it.sink->got == body);
    CHECK(it.sink->largest <= 128 * 1024);
    CHECK(it.has_heard({"ok"}));
}

TEST_CASE("a refused body is never read as a request", "[upload][security]") {
    Uploads it;
    it.refuse = true;
    it.start();
    auto socket = it.connect();
    SECTION("before it was sent") {
        socket.send(post("Expect: 100-continue\r\nContent-Length: 5\r\n"));
        CHECK(socket.response().status == 401);
    }
    SECTION("with it") {
        socket.send(sized(after));
        CHECK(socket.response().status == 401);
    }
    CHECK(socket.closed_within(5000));
    CHECK(it.sink->pieces == 0);
}

TEST_CASE("bodies that cannot be had are answered by the server, and the handler hears why", "[upload]") {
    Uploads it;
    it.limits.max_body = 100'000;
    it.options.body_timeout_ms = 300;
    it.start();
    auto socket = it.connect();
    SECTION("too large, and says so") {
        socket.send(post("Content-Length: 100001\r\n"));
        CHECK(socket.response().status == 413);
        CHECK(it.has_heard({}));
    }
    SECTION("too large in chunks") {
        socket.send(post("Transfer-Encoding: chunked\r\n", "20000\r\n" + std::string(0x20000, 'x') + "\r\n0\r\n\r\n"));
        CHECK(socket.response().status == 413);
        CHECK(it.has_heard({"too_large"}));
    }
    SECTION("malformed") {
        socket.send(post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nxyz\r\n"));
        CHECK(socket.response().status == 400);
        CHECK(it.has_heard({"invalid"}));
    }
    SECTION("with trailers") {
        socket.send(post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"));
        CHECK(socket.response().status == 400);
        CHECK(it.has_heard({"invalid"}));
    }
    SECTION("too slow") {
        socket.send(post("Content-Length: 10\r\n", "half"));
        CHECK(socket.response().status == 408);
        CHECK(it.has_heard({"timeout"}));
    }
    SECTION("cut off") {
        socket.send(post("Content-Length: 10\r\n", "half"));
        socket.finish_sending();
        CHECK(it.has_heard({"gone"}));
    }
    CHECK(socket.closed_within(5000));
}

TEST_CASE("the sink's error is the handler's to answer", "[upload]") {
    Uploads it;
    it.sink->error = make_error(Errc::unavailable, "the disk is full");
    it.start();
    auto socket = it.connect();
    socket.send(sized(noise(200'000)) + after);
    auto answer = socket.response();
    CHECK(answer.status == 422);
    CHECK(answer.body.find("the disk is full") != std::string::npos);
    CHECK(it.sink->pieces == 1);
    CHECK(it.has_heard({"unavailable"}));
}

TEST_CASE("a slow sink slows the sender down", "[upload]") {
    Uploads it;
    it.limits.max_body = 64 << 20;
    it.sink->hold = true;
    it.start();
    auto socket = it.connect();
    auto body = noise(20'000'000);
    std::thread sender([&] { socket.send(sized(body)); });
    bool more = true;
    while (more) {
        REQUIRE(eventually([&] {
            bool there = false;
            it.server->on_loop([&] { there = static_cast<bool>(it.sink->held); });
            return there;
        }));
        it.server->on_loop([&] {
            auto pieces = it.sink->pieces;
            auto written = std::exchange(it.sink->held, nullptr);
            if (pieces == 3) it.sink->hold = false;  // enough of it
            written({});
            more = it.sink->hold;
        });
    }
    sender.join();
    CHECK(socket.response().body == std::to_string(body.size()));
    CHECK(it.sink->got == body);
}

TEST_CASE("a sink that never answers costs its request alone", "[upload]") {
    Uploads it;
    it.limits.deadline_ms = 100;
    it.sink->hold = true;
    it.start();
    auto socket = it.connect();
    socket.send(sized("hello"));
    CHECK(socket.response().status == 503);
    CHECK(it.has_heard({"timeout"}));
    it.server->on_loop([&] { it.sink->held({}); });
}

TEST_CASE("a stopping server does not wait for a stuck sink", "[upload]") {
    Uploads it;
    it.sink->hold = true;
    it.start();
    auto socket = it.connect();
    socket.send(sized("hello"));
    REQUIRE(eventually([&] {
        bool there = false;
        it.server->on_loop([&] { there = static_cast<bool>(it.sink->held); });
        return there;
    }));
    std::promise<void> done;
    it.server->on_loop([&] { it.server->server->stop(100, [&] { done.set_value(); }); });
    CHECK(done.get_future().wait_for(5s) == std::future_status::ready);
    CHECK(it.has_heard({"gone"}));
    it.server->on_loop([&] { it.sink->held({}); });
}

namespace {

struct KeptFile : net::FormFile {
    explicit KeptFile(std::string& out) : into(out) {}
    Result<void> write(std::string_view bytes) override {
        into += bytes;
        return {};
    }
    Result<void> end() override {
        into += "|end";
        return {};
    }
    std::string& into;
};

}  // namespace

TEST_CASE("a form is taken apart while it comes in", "[upload][multipart]") {
    WorkerPool workers(2);
    std::string file, name;
    net::RouteLimits limits;
    limits.max_body = 8 << 20;
    TestServer server([&](net::Router& router) {
        router.add_upload(
            "POST", "/up",
            [&](net::Request request, std::unique_ptr<net::Upload> upload, net::Responder respond) {
                auto form = net::FormUpload::create(
                    request, workers, {},
                    [&](const net::PartHead& head, const net::FormUpload&) -> Result<std::unique_ptr<net::FormFile>> {
                        if (head.mime == "text/html") return make_error(Errc::unsupported, "no pages");
                        name = head.filename;
                        return std::unique_ptr<net::FormFile>(std::make_unique<KeptFile>(file));
                    });
                if (!form) return respond(net::Response::problem(415, "unsupported", form.error().message));
                auto answer = std::make_shared<net::Responder>(std::move(respond));
                net::FormUpload::receive(*form, *upload, [form = *form, answer](Result<void> received) {
                    if (!received) return (*answer)(net::Response::problem(422, "form", received.error().message));
                    (*answer)(net::Response::text(200, std::string(form->field("text"))));
                });
            },
            limits);
    });
    auto send = [&](const std::string& type, const std::string& body) {
        auto socket = RawSocket::to_port(server.port);
        socket.send(
            post("Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n", body));
        return socket.response();
    };
    auto bytes = noise(3'000'000);
    auto part = [](const std::string& lines, const std::string& data) {
        return "--b\r\nContent-Disposition: form-data; " + lines + "\r\n\r\n" + data + "\r\n";
    };
    auto good =
        send("multipart/form-data; boundary=b",
             part("name=\"text\"", "Grüße") +
                 part("name=\"file\"; filename=\"a \\\"b\\\".png\"\r\nContent-Type: image/png", bytes) + "--b--\r\n");
    CHECK(good.status == 200);
    CHECK(good.body == "Grüße");
    CHECK(name == "a \"b\".png");
    CHECK(file == bytes + "|end");

    CHECK(send("application/json", "{}").status == 415);
    CHECK(send("multipart/form-data; boundary=b", part("name=\"text\"", "x")).status == 422);
    auto page = send("multipart/form-data; boundary=b",
                     part("name=\"f\"; filename=\"x\"\r\nContent-Type: text/html", "x") + "--b--");
    CHECK(page.status == 422);
    CHECK(page.body.find("no pages") != std::string::npos);
}
