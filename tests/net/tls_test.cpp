#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

// Certificates made by the openssl program, each its own authority.
class Certificates {
public:
    TlsFiles make(const std::string& name, const std::string& alternatives = "IP:127.0.0.1,DNS:localhost") {
        TlsFiles files{folder.path() + "/" + name + ".pem", folder.path() + "/" + name + ".key"};
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + name +
            " -addext subjectAltName=" + alternatives + " -keyout " + files.key + " -out " + files.certificate);
        return files;
    }
    static int run(const std::string& command) {
        return std::system((command + " >/dev/null 2>&1 </dev/null").c_str());
    }

    TempDirectory folder;
};

void copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
}

struct TlsServer {
    explicit TlsServer(const TlsFiles& files, ServerOptions options = {})
        : server(
              [](Router& router) {
                  RouteLimits limits;
                  limits.max_body = 8 << 20;
                  router.add(
                      "POST", "/echo", [](Request r, Responder respond) { respond(Response::text(200, r.body)); },
                      limits);
              },
              options) {
        server.on_loop([&] { port = server.server->listen_tls("127.0.0.1", 0, files).value(); });
    }
    ClientRequest request(const std::string& body, const std::string& host = "127.0.0.1") const {
        auto out = local_request(port, "/echo", "POST");
        out.url = "https://" + host + ":" + std::to_string(port) + "/echo";
        out.body = body;
        return out;
    }
    TestServer server;
    std::uint16_t port = 0;
};

ClientOptions trusting(const TlsFiles& files) {
    ClientOptions options;
    options.ca_file = files.certificate;
    return options;
}

void refused(TestClient& client, const ClientRequest& request) {
    auto result = client.send(request);
    REQUIRE_FALSE(result.has_value());
    INFO(result.error().error.message);
    CHECK(result.error().error.code == Errc::unavailable);
    CHECK(result.error().error.message.find("TLS handshake") == 0);
    CHECK(result.error().progress == Progress::not_sent);
}

}  // namespace

TEST_CASE("TLS carries requests, large ones as well, over a kept connection") {
    Certificates certificates;
    auto files = certificates.make("one");
    TlsServer server(files);
    TestClient client(trusting(files));
    CHECK(client.send(server.request("hello"))->body == "hello");
    std::string large(3'000'000, 'x');
    CHECK((client.send(server.request(large))->body == large));
    CHECK(client.send(server.request("by name", "localhost"))->body == "by name");
    CHECK(server.server.server->counters().connections_total == 2);
}

TEST_CASE("peers are verified: authority and name") {
    Certificates certificates;
    auto files = certificates.make("one");
    auto other = certificates.make("other");
    auto elsewhere = certificates.make("elsewhere", "DNS:example.org");
    TlsServer server(files);
    SECTION("an unknown authority") {
        TestClient client(trusting(other));
        refused(client, server.request(""));
    }
    SECTION("the system's authorities do not know it") {
        TestClient client;
        refused(client, server.request(""));
    }
    SECTION("another name") {
        TlsServer wrong(elsewhere);
        TestClient client(trusting(elsewhere));
        refused(client, wrong.request("", "localhost"));
        refused(client, wrong.request("", "127.0.0.1"));
    }
    CHECK(server.server.server->counters().requests == 0);
}

TEST_CASE("certificates are read again; connections there go on; broken files change nothing") {
    Certificates certificates;
    auto first = certificates.make("first"), second = certificates.make("second");
    TlsFiles live{certificates.folder.path() + "/live.pem", certificates.folder.path() + "/live.key"};
    copy(first.certificate, live.certificate);
    copy(first.key, live.key);
    TlsServer server(live);
    TestClient before(trusting(first));
    CHECK(before.send(server.request("a"))->body == "a");

    auto reload = [&] {
        Result<void> result;
        server.server.on_loop([&] { result = server.server.server->reload_tls(); });
        return result;
    };
    copy(second.certificate, live.certificate);  // with the first one's key
    auto mismatch = reload();
    REQUIRE_FALSE(mismatch.has_value());
    CHECK(mismatch.error().code == Errc::invalid);
    CHECK(mismatch.error().message.find("live.key") != std::string::npos);
    TestClient still(trusting(first));
    CHECK(still.send(server.request("b"))->body == "b");

    copy(second.key, live.key);
    REQUIRE(reload().has_value());
    CHECK(before.send(server.request("c"))->body == "c");  // over its old connection
    TestClient after(trusting(second));
    CHECK(after.send(server.request("d"))->body == "d");
    TestClient late(trusting(first));
    refused(late, server.request("e"));

    std::filesystem::remove(live.certificate);
    CHECK_FALSE(reload().has_value());
    CHECK(after.send(server.request("f"))->body == "f");
}

TEST_CASE("files that are not there are named") {
    TestServer server([](Router&) {});
    server.on_loop([&] {
        auto result = server.server->listen_tls("127.0.0.1", 0, {"/nowhere/cert.pem", "/nowhere/key.pem"});
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().message.find("/nowhere/cert.pem") != std::string::npos);
    });
}

TEST_CASE("old TLS versions are refused, 1.2 and 1.3 are not") {
    Certificates certificates;
    TlsServer server(certificates.make("one"));
    auto connect = [&](const std::string& version) {
        return Certificates::run("openssl s_client -connect 127.0.0.1:" + std::to_string(server.port) + " " + version +
                                 " -cipher ALL:@SECLEVEL=0");
    };
    CHECK(connect("-tls1_3") == 0);
    CHECK(connect("-tls1_2") == 0);
    CHECK(connect("-tls1_1") != 0);
    CHECK(connect("-tls1") != 0);
}

TEST_CASE("a handshake that does not come is given up") {
    Certificates certificates;
    ServerOptions options;
    options.header_timeout_ms = 60;
    TlsServer server(certificates.make("one"), options);
    auto socket = RawSocket::to_port(server.port);
    CHECK(socket.closed_within(5000));
    auto plain = RawSocket::to_port(server.port);
    plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    plain.read_until("never");
    CHECK(eventually([&] { return server.server.server->counters().connections_open == 0; }));
    CHECK(server.server.server->counters().requests == 0);
}

TEST_CASE("a plain-text peer is no TLS peer") {
    RawServer peer([](RawSocket& socket, int) { socket.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
    TestClient client;
    auto request = local_request(peer.port());
    request.url = "https://127.0.0.1:" + std::to_string(peer.port()) + "/";
    refused(client, request);
}
