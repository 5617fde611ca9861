// Files of incoming messages: fetched in the background from a gateway that behaves badly, kept, waited for by plugins,
// served under links.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <mutex>

#include "config/vault.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "media/links.hpp"
#include "net/raw_socket.hpp"
#include "support/memory.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using test::RawServer;
using test::RawSocket;
namespace fs = std::filesystem;

constexpr std::size_t mib = 1u << 20;

// Content that no other file has.
std::string content(const std::string& name, std::size_t size) {
    std::string bytes = name + ":";
    while (bytes.size() < size) bytes += name;
    bytes.resize(size);
    return bytes;
}

// What the server at the other end does with GET /statics/media/<name>, said by the name.
class FileServer {
public:
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    int asked(const std::string& name) {
        const std::lock_guard lock(mutex_);
        return asked_[name];
    }
    bool touched() const { return canary_.accepted() > 0; }

private:
    void talk(RawSocket& socket) {
        for (;;) {
            const std::string head = socket.read_until("\r\n\r\n");
            const std::string start = "GET /statics/media/";
            if (head.rfind(start, 0) != 0) return;  // the end, or a reply that nobody wants
            const std::string name = head.substr(start.size(), head.find(' ', start.size()) - start.size());
            int number = 0;
            {
                const std::lock_guard lock(mutex_);
                number = ++asked_[name];
            }
            if (!serve(socket, name, number)) return;
        }
    }
    // False: the connection ends here.
    bool serve(RawSocket& socket, const std::string& name, int number) {
        const auto ok = [](std::size_t size) {
            return "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: " + std::to_string(size) +
                   "\r\n\r\n";
        };
        const std::string bytes = content(name, 200'000);
        if (name == "slow") {
            socket.send(ok(bytes.size()));
            for (std::size_t at = 0; at < bytes.size(); at += 20'000) {
                socket.send(bytes.substr(at, 20'000));
                std::this_thread::sleep_for(20ms);
            }
            return true;
        }
        if (name == "missing-first" && number < 3) {
            socket.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            return true;
        }
        if (name == "cut" && number == 1) {
            socket.send(ok(bytes.size()) + bytes.substr(0, 100'000));
            socket.reset();
            return false;
        }
        if (name == "announces-too-much" && number == 1) {
            socket.send(ok(bytes.size() + 1000) + bytes);
            socket.finish_sending();
            return false;
        }
        if (name == "never-ends" && number == 1) {
            socket.send(ok(bytes.size()) + bytes.substr(0, 1000));
            socket.closed_within(60'000);
            return false;
        }
        if (name == "elsewhere") {
            socket.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(canary_.port()) +
                        "/secret\r\nContent-Length: 0\r\n\r\n");
            return true;
        }
        if (name == "too-big" || name == "too-big-in-chunks") {
            const std::string piece(mib, 'x');
            socket.send(name == "too-big" ? ok(6 * mib) : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 6; ++i) socket.send(name == "too-big" ? piece : "100000\r\n" + piece + "\r\n");
            return false;
        }
        if (name == "huge") {
            socket.send(ok(100 * mib));
            const std::string piece(mib, 'h');
            for (int i = 0; i < 100; ++i) socket.send(piece);
            return true;
        }
        if (name == "page") {
            const std::string page = "<!DOCTYPE html><html><script>alert(1)</script></html>";
            socket.send(ok(page.size()) + page);
            return true;
        }
        socket.send(ok(bytes.size()) + bytes);
        return true;
    }

    std::mutex mutex_;
    std::map<std::string, int> asked_;
    RawServer canary_{[](RawSocket&, int) {}};
    RawServer server_{[this](RawSocket& socket, int) { talk(socket); }};
};

struct World {
    FileServer files;
    Host host{HostOptions{files.url(), {}, {}}};
    World() { host.start(); }

    void receive(const std::string& name, const std::string& kind = "image", const std::string& mime = "image/jpeg") {
        const std::string file = "\"" + kind + "\":{\"media_path\":\"statics/media/" + name + "\",\"mime_type\":\"" +
                                 mime + "\",\"caption\":\"\"}";
        REQUIRE(host.post(body_of({.text = "", .from = "923007770001", .extra = file})).status == 200);
    }
    fs::path path(const std::string& hash) const {
        return fs::path(host.data_dir()) / "media" / hash.substr(0, 2) / hash;
    }
    bool keeps(const std::string& bytes) const {
        return eventually([&] { return fs::exists(path(crypto::sha256_hex(bytes))); });
    }
    bool keeps_whole(const std::string& name) const {
        const auto bytes = content(name, 200'000);
        return keeps(bytes) && read_text(path(crypto::sha256_hex(bytes)).string()) == bytes;
    }
    bool gave_up_because(const std::string& why) const {
        return eventually([&] {
            const auto log = host.log();
            const auto at = log.find(why);
            return at != std::string::npos && log.find("media.given_up") != std::string::npos;
        });
    }
    std::size_t half_done() const {
        const fs::directory_iterator parts(fs::path(host.data_dir()) / "media" / "incoming"), end;
        return static_cast<std::size_t>(std::distance(parts, end));
    }
    double metric(const std::string& name) const {
        const auto text = http(host.port(), "GET", "/metrics").body;
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    }
    media::Links links() const {
        return media::Links(config::Vault::open(host.data_dir() + "/master.key")->derive("media links"));
    }
};

World& world() {
    static World one;
    return one;
}

// The most memory that the process ever had, in bytes.
std::size_t peak(pid_t pid) {
    const auto status = read_text("/proc/" + std::to_string(pid) + "/status");
    return std::stoul(status.substr(status.find("VmHWM:") + 6)) * 1024;
}

}  // namespace

TEST_CASE("files are fetched without anybody asking, however they come") {
    auto& all = world();
    for (const char* name : {"slow", "missing-first", "cut", "announces-too-much"}) all.receive(name);
    for (const char* name : {"slow", "missing-first", "cut", "announces-too-much"}) {
        CAPTURE(name);
        CHECK(all.keeps_whole(name));
    }
    CHECK(all.files.asked("slow") == 1);
    CHECK(all.files.asked("missing-first") == 3);
    CHECK(all.files.asked("cut") == 2);
    CHECK(all.files.asked("announces-too-much") == 2);
    CHECK(eventually([&] { return all.half_done() == 0; }));
    CHECK(eventually([&] { return all.metric("parley_media_downloads_total") == 4; }));
}

TEST_CASE("what is too large for its kind, or leads elsewhere, is given up with a reason") {
    auto& all = world();
    const auto given_up = [&](int count) {
        return eventually([&] { return all.metric("parley_media_downloads_failed_total") == count; });
    };
    all.receive("too-big");
    CHECK(all.gave_up_because("is too large"));
    all.receive("too-big-in-chunks");
    CHECK(given_up(2));
    all.receive("elsewhere");
    CHECK(given_up(3));
    all.receive("..%2f..%2fapp/logout");
    CHECK(given_up(4));
    CHECK_FALSE(all.files.touched());
    CHECK(eventually([&] { return all.half_done() == 0; }));
}

TEST_CASE("100 MB go through without staying in memory") {
    auto& all = world();
    const auto before = peak(all.host.pid());
    all.receive("huge", "document", "application/pdf");
    const std::string huge(100 * mib, 'h');
    CHECK(all.keeps(huge));
    if (memory_tells) CHECK(peak(all.host.pid()) - before < 32 * mib);
}

TEST_CASE("a download that a crash cut off is done again") {
    auto& all = world();
    all.receive("never-ends");
    REQUIRE(eventually([&] { return all.files.asked("never-ends") == 1; }));
    all.host.kill9();
    all.host.start();
    CHECK(all.keeps_whole("never-ends"));
    INFO(all.host.log());
    CHECK(all.files.asked("never-ends") >= 2);
}

TEST_CASE("a link serves its file, as what it is, to nobody without the link") {
    auto& all = world();
    all.receive("page");
    const std::string page = "<!DOCTYPE html><html><script>alert(1)</script></html>";
    REQUIRE(all.keeps(page));
    const auto get = [&](const std::string& token, const Headers& headers = {}) {
        return http(all.host.port(), "GET", "/media/" + token, "", headers);
    };
    const auto until = unix_now() + 60'000;
    const auto links = all.links();
    const auto token = links.make(crypto::sha256_hex(page), until);
    const auto whole = get(token);
    CHECK(whole.status == 200);
    CHECK(whole.body == page);
    CHECK(whole.header("content-type") == "text/html");
    CHECK(whole.header("content-disposition") == "attachment");
    CHECK(whole.header("x-content-type-options") == "nosniff");
    CHECK_THAT(whole.header("content-security-policy"), Contains("sandbox"));
    CHECK(get(token, {{"Range", "bytes=2-8"}}).status == 206);
    CHECK(get(token, {{"Range", "bytes=2-8"}}).body == page.substr(2, 7));
    CHECK(get(token, {{"Range", "bytes=-7"}}).body == page.substr(page.size() - 7));
    CHECK(get(token, {{"Range", "bytes=9999-"}}).status == 416);
    CHECK(get(token, {{"Range", "lines=1-2"}}).body == page);
    RawSocket socket = RawSocket::to_port(all.host.port());
    socket.send("HEAD /media/" + token + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(socket.response(true).header("Content-Length") == std::to_string(page.size()));

    CHECK(get(links.make(crypto::sha256_hex(page), unix_now() - 1000)).status == 404);
    CHECK(get(token.substr(0, 64)).status == 404);
    CHECK(get("").status == 404);
    CHECK(get("..%2f..%2fmaster.key").status == 400);
    CHECK(get(links.make(crypto::sha256_hex("never stored"), until)).status == 410);
    fs::remove(all.path(crypto::sha256_hex(page)));
    CHECK_THAT(get(token).body, Contains("no longer stored"));
    CHECK(all.host.stop() == 0);
}

TEST_CASE("a plugin that wants the file waits until it is there") {
    Stage stage({}, {"echo"});
    const std::string bytes = content("late", 50'000);
    const std::string file =
        R"("document":{"media_path":"statics/media/late.bin","mime_type":"application/octet-stream","caption":"/echo"})";
    REQUIRE(stage.host.post(body_of({.text = "", .from = "923007770002", .extra = file})).status == 200);
    // Not there yet: the first attempt has failed.
    CHECK(eventually([&] { return stage.metric("parley_media_downloads_retried_total") >= 1; }));
    stage.gateway.serve_file("late.bin", bytes);
    CHECK(stage.gateway.wait_for([&](const std::vector<Call>& calls) {
        return std::any_of(calls.begin(), calls.end(), [&](const Call& call) { return call.file_bytes == bytes; });
    }));
    CHECK(stage.metric("parley_media_downloads_total") == 1);
}

}  // namespace parley::e2e
