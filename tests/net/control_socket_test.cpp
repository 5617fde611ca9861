#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;

namespace {

void control_routes(Router& router) {
    RouteLimits limits;
    limits.local_only = true;
    router.add(
        "POST", "/control",
        [](Request request, Responder respond) {
            respond(Response::text(200, request.remote + (request.local ? " local" : " remote")));
        },
        limits);
}

const std::string request = "POST /control HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

Result<void> listen(TestServer& server, const std::string& path) {
    Result<void> result;
    server.on_loop([&] { result = server.server->listen_local(path); });
    return result;
}

}  // namespace

TEST_CASE("no program that is started inherits a socket of the server or the client") {
    const auto inherited = [] {
        std::set<int> all;
        for (int fd = 3; fd < 1024; ++fd)
            if (const int flags = ::fcntl(fd, F_GETFD); flags >= 0 && !(flags & FD_CLOEXEC)) all.insert(fd);
        return all;
    };
    const auto before = inherited();
    TempDirectory folder;
    const auto path = folder.path() + "/control.sock";
    TestServer server([](Router& router) {
        router.add("GET", "/", [](Request, Responder respond) { respond(Response::text(200, "x")); });
        control_routes(router);
    });
    REQUIRE(listen(server, path).has_value());
    TestClient client;
    REQUIRE(client.send(local_request(server.port)).has_value());  // both keep the connection
    auto local = RawSocket::to_path(path);
    local.send(request);
    CHECK(local.response().status == 200);

    auto after = inherited();
    for (const int fd : before) after.erase(fd);
    CHECK(after == std::set<int>{});
}

TEST_CASE("the control socket is the owner's alone, and local routes exist only there") {
    TempDirectory folder;
    auto path = folder.path() + "/control.sock";
    {
        TestServer server(control_routes);
        REQUIRE(listen(server, path).has_value());
        struct stat file {};
        REQUIRE(::stat(path.c_str(), &file) == 0);
        CHECK((file.st_mode & 0777) == 0600);
        auto local = RawSocket::to_path(path);
        local.send(request);
        CHECK(local.response().body == "local local");
        auto remote = RawSocket::to_port(server.port);
        remote.send(request);
        CHECK(remote.response().status == 404);
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("the operator gets in when the server is full") {
    TempDirectory folder;
    auto path = folder.path() + "/control.sock";
    ServerOptions options;
    options.max_connections = 0;
    TestServer server(control_routes, options);
    REQUIRE(listen(server, path).has_value());
    auto local = RawSocket::to_path(path);
    local.send(request);
    CHECK(local.response().status == 200);
}

TEST_CASE("a stale socket is replaced, a live one and other files are not") {
    TempDirectory folder;
    auto path = folder.path() + "/control.sock";
    TestServer server(control_routes);
    SECTION("stale: bound once, its server gone") {
        int old = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(old, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        ::close(old);
        REQUIRE(listen(server, path).has_value());
        auto local = RawSocket::to_path(path);
        local.send(request);
        CHECK(local.response().status == 200);
    }
    SECTION("live") {
        REQUIRE(listen(server, path).has_value());
        TestServer second(control_routes);
        auto refused = listen(second, path);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::conflict);
        auto local = RawSocket::to_path(path);
        local.send(request);
        CHECK(local.response().status == 200);
    }
    SECTION("a file that is no socket") {
        std::ofstream(path) << "precious";
        auto refused = listen(server, path);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::conflict);
        CHECK(std::filesystem::file_size(path) == 8);
    }
    SECTION("a path that cannot be") {
        CHECK(listen(server, folder.path() + "/" + std::string(200, 'x')).error().code == Errc::invalid);
        CHECK(listen(server, folder.path() + "/no/such").error().code == Errc::invalid);
    }
}
