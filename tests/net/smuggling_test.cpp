// Raw requests sent over a real socket to a real server: each is answered 400 and closed, or as the RFC has it; what is
// left on the wire is never taken for a second request.
#include <catch2/catch.hpp>
#include <mutex>

#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::test;
using namespace std::string_literals;

namespace {

struct Case {
    const char* name;
    std::string wire;
    std::vector<int> statuses;
    std::vector<std::string> handled;  // "METHOD path body", in order
};

const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(const std::string& fields, const std::string& rest, const std::string& version = "1.1") {
    return "POST /p HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n" + rest;
}
std::string chunked(const std::string& rest) {
    return post("Transfer-Encoding: chunked\r\n", rest);
}
std::string get(const std::string& line, const std::string& fields) {
    return line + "\r\n" + fields + "\r\n" + smuggled;
}

Case refused(const char* name, std::string wire, int status = 400) {
    return {name, std::move(wire), {status}, {}};
}

// Who decides where the body ends?
std::vector<Case> framing_cases() {
    return {
        refused("TE gzip before CL", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello" + smuggled)),
        refused("CL before TE gzip", post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", "hello" + smuggled)),
        refused("CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG" + smuggled)),
        refused("TE.CL",
                post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "23\r\n" + smuggled + "\r\n0\r\n\r\n")),
        refused("TE chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", smuggled)),
        refused("TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE xchunked", post("Transfer-Encoding: xchunked\r\n", smuggled)),
        refused("TE chunkedx", post("Transfer-Encoding: chunkedx\r\n", smuggled)),
        refused("TE identity", post("Transfer-Encoding: identity\r\n", smuggled)),
        refused("TE empty", post("Transfer-Encoding:\r\n", smuggled)),
        refused("TE twice",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE twice, one odd",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE quoted", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE with parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE with vertical tab", post("Transfer-Encoding: \x0b"
                                             "chunked\r\n",
                                             "0\r\n\r\n" + smuggled)),
        refused("TE with NUL", post("Transfer-Encoding: chunked\0\r\n"s, "0\r\n\r\n" + smuggled)),
        refused("TE with space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE with tab before the colon", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE folded", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE after a folded line", post("X: y\r\n\tTransfer-Encoding: chunked\r\n", smuggled)),
        refused("TE after a bare CR", post("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE after a bare LF", post("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled)),
        refused("TE in HTTP/1.0", post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled, "1.0")),
        refused("CL twice, equal", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello" + smuggled)),
        refused("CL twice, different", post("Content-Length: 0\r\nContent-Length: 35\r\n", smuggled)),
        refused("CL list", post("Content-Length: 5, 5\r\n", "hello" + smuggled)),
        refused("CL plus", post("Content-Length: +5\r\n", "hello" + smuggled)),
        refused("CL minus", post("Content-Length: -5\r\n", "hello" + smuggled)),
        refused("CL hex", post("Content-Length: 0x5\r\n", "hello" + smuggled)),
        refused("CL decimal point", post("Content-Length: 5.0\r\n", "hello" + smuggled)),
        refused("CL with space inside", post("Content-Length: 1 0\r\n", "hello" + smuggled)),
        refused("CL empty", post("Content-Length:\r\n", smuggled)),
        refused("CL that overflows", post("Content-Length: 18446744073709551621\r\n", "hello" + smuggled)),
        refused("CL letters", post("Content-Length: five\r\n", "hello" + smuggled)),
        refused("CL full-width digit", post("Content-Length: \xef\xbc\x95\r\n", "hello" + smuggled)),
        refused("CL with space before the colon", post("Content-Length : 5\r\n", "hello" + smuggled)),
        refused("CL over the route's limit", post("Content-Length: 9999999999\r\n", smuggled), 413),
        {"CL with leading zeros",
         post("Content-Length: 005\r\n", "hello" + next),
         {200, 200},
         {"POST /p hello", "GET /next "}},
        {"CL with spaces around",
         post("Content-Length: \t5 \r\n", "hello" + next),
         {200, 200},
         {"POST /p hello", "GET /next "}},
        {"a request as a body stays a body", post("Content-Length: 35\r\n", smuggled), {200}, {"POST /p " + smuggled}},
        {"a request without framing has no body", post("", next), {200, 200}, {"POST /p ", "GET /next "}},
        {"GET with a body",
         "GET /g HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n" + smuggled + next,
         {200, 200},
         {"GET /g " + smuggled, "GET /next "}},
        {"a body in HTTP/1.0, then nothing more",
         post("Content-Length: 5\r\n", "hello" + smuggled, "1.0"),
         {200},
         {"POST /p hello"}},
        {"a body that is cut off", post("Content-Length: 50\r\n", "hello"), {}, {}},
        {"a refused route with a body",
         "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n" + smuggled,
         {404},
         {}},
        {"a refused method with a body",
         "PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n" + smuggled,
         {405},
         {}},
        {"a refused route with chunks",
         "POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n23\r\n" + smuggled,
         {404},
         {}},
        {"Connection: close, then nothing more",
         post("Connection: close\r\nContent-Length: 5\r\n", "hello" + smuggled),
         {200},
         {"POST /p hello"}},
    };
}

std::vector<Case> chunk_cases() {
    return {
        {"chunks", chunked("5\r\nhello\r\n0\r\n\r\n" + next), {200, 200}, {"POST /p hello", "GET /next "}},
        {"TE in other case",
         post("transfer-ENCODING: CHUNKED\r\n", "1\r\nx\r\n0\r\n\r\n" + next),
         {200, 200},
         {"POST /p x", "GET /next "}},
        {"hex in both cases",
         chunked("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"),
         {200},
         {"POST /p 01234567890123456789a"}},
        {"leading zeros", chunked("0005\r\nhello\r\n000\r\n\r\n" + next), {200, 200}, {"POST /p hello", "GET /next "}},
        {"an extension",
         chunked("5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n" + next),
         {200, 200},
         {"POST /p hello", "GET /next "}},
        refused("an extension with a bare LF", chunked("5;a\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("an extension with a bare CR", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("a size that is no number", chunked("zz\r\n" + smuggled)),
        refused("a size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("a negative size", chunked("-5\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("a size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("a size with a leading space", chunked(" 5\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("a size with an underscore", chunked("0_5\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("a size that overflows", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("an empty size", chunked("\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("a size ended by a bare LF", chunked("5\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("data longer than its size", chunked("5\r\nhelloX\r\n0\r\n\r\n" + smuggled)),
        refused("data shorter than its size", chunked("6\r\nhello\r\n0\r\n\r\n" + smuggled)),
        refused("data ended by a bare LF", chunked("5\r\nhello\n0\r\n\r\n" + smuggled)),
        refused("data ended by nothing", chunked("5\r\nhello0\r\n\r\n" + smuggled)),
        refused("a trailer", chunked("5\r\nhello\r\n0\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n" + smuggled)),
        refused("a trailer that is framing", chunked("0\r\nContent-Length: 35\r\n\r\n" + smuggled)),
        refused("an announced trailer",
                post("Transfer-Encoding: chunked\r\nTrailer: X\r\n", "0\r\nX: y\r\n\r\n" + smuggled)),
        refused("a broken trailer", chunked("0\r\nX\r\n\r\n" + smuggled)),
        {"no last chunk", chunked("5\r\nhello\r\n"), {}, {}},
        {"no end of the last chunk", chunked("5\r\nhello\r\n0\r\n"), {}, {}},
    };
}

std::vector<Case> head_cases() {
    const std::string host = "Host: a\r\n";
    return {
        refused("no Host", get("GET /g HTTP/1.1", "")),
        refused("two Hosts", get("GET /g HTTP/1.1", host + host)),
        refused("two different Hosts", get("GET /g HTTP/1.1", host + "Host: b\r\n")),
        refused("a Host with a path", get("GET /g HTTP/1.1", "Host: a/b\r\n")),
        refused("a Host with user info", get("GET /g HTTP/1.1", "Host: x@a\r\n")),
        refused("a folded Host", get("GET /g HTTP/1.1", "Host: a\r\n b\r\n")),
        refused("absolute-form", get("GET http://a/g HTTP/1.1", host)),
        refused("authority-form", get("CONNECT a:80 HTTP/1.1", host)),
        refused("a fragment", get("GET /g#x HTTP/1.1", host)),
        refused("a space in the target", get("GET /g x HTTP/1.1", host)),
        refused("a tab in the request line", get("GET\t/g HTTP/1.1", host)),
        refused("two spaces in the request line", get("GET  /g HTTP/1.1", host)),
        refused("a space after the version", get("GET /g HTTP/1.1 ", host)),
        refused("HTTP/0.9", "GET /g\r\n" + smuggled),
        refused("HTTP/1.9", get("GET /g HTTP/1.9", host)),
        refused("HTTP/2.0", get("GET /g HTTP/2.0", host), 505),
        refused("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        refused("a header before the request line", "Host: a\r\n" + smuggled),
        refused("a space before the request line", " " + smuggled),
        refused("two empty lines first", "\r\n\r\n" + smuggled),
        refused("a LF first", "\n" + smuggled),
        refused("a bare CR in a value", get("GET /g HTTP/1.1", host + "X: a\rb\r\n")),
        refused("bare LFs only", "GET /g HTTP/1.1\nHost: a\n\n" + smuggled),
        refused("a NUL in a name", get("GET /g HTTP/1.1", host + "X\0Y: z\r\n"s)),
        refused("a NUL in the target", get("GET /g\0 HTTP/1.1"s, host)),
        refused("a name in quotes", get("GET /g HTTP/1.1", host + "\"X\": z\r\n")),
        refused("no name", get("GET /g HTTP/1.1", host + ": z\r\n")),
        refused("no colon", get("GET /g HTTP/1.1", host + "X\r\n")),
        refused("a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s),
        {"one empty line first", "\r\n" + next, {200}, {"GET /next "}},
        {"an empty line between", next + "\r\n" + next, {200, 200}, {"GET /next ", "GET /next "}},
        {"HTTP/1.0 without Host", "GET /g HTTP/1.0\r\n\r\n" + smuggled, {200}, {"GET /g "}},
        {"an upgrade to h2c is not taken up",
         "GET /g HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + next,
         {200, 200},
         {"GET /g ", "GET /next "}},
        {"an unknown method", "BREW /g HTTP/1.1\r\nHost: a\r\n\r\n" + next, {405, 200}, {"GET /next "}},
        {"a good request before a bad one", next + post("Content-Length: x\r\n", smuggled), {200, 400}, {"GET /next "}},
        {"a head that is cut off", "GET /g HTTP/1.1\r\nHost: a\r\n", {}, {}},
    };
}

class SmugglingServer {
public:
    std::vector<std::string> take_handled() {
        std::vector<std::string> out;
        server_.on_loop([&] { out.swap(handled_); });
        return out;
    }

    std::vector<int> talk(const std::string& wire) {
        auto socket = RawSocket::to_port(server_.port);
        socket.send(wire);
        socket.finish_sending();
        std::vector<int> statuses;
        for (;;) {
            auto response = socket.response();
            if (response.status == 0) return statuses;
            statuses.push_back(response.status);
            if (response.status >= 400 && response.status != 405) CHECK(response.header("Connection") == "close");
        }
    }

private:
    void routes(Router& router) {
        auto note = [this](Request request, Responder respond) {
            handled_.push_back(request.method + " " + request.path + " " + request.body);
            // Trailers must not have become headers.
            respond(Response::text(request.headers.has("X-Forwarded-For") ? 599 : 200, "ok"));
        };
        router.add("POST", "/p", note);
        for (const auto* path : {"/g", "/next", "/smuggled"}) router.add("GET", path, note);
    }

    std::vector<std::string> handled_;
    TestServer server_{[this](Router& router) { routes(router); }};
};

void run(const std::vector<Case>& cases) {
    SmugglingServer server;
    for (const auto& expected : cases) {
        INFO(expected.name);
        INFO(expected.wire);
        auto statuses = server.talk(expected.wire);
        CHECK(statuses == expected.statuses);
        CHECK(server.take_handled() == expected.handled);
    }
}

}  // namespace

TEST_CASE("ambiguous framing is refused") {
    run(framing_cases());
}
TEST_CASE("malformed chunks are refused") {
    run(chunk_cases());
}
TEST_CASE("malformed heads are refused") {
    run(head_cases());
}
