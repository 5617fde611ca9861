// The parser of forms: what it reads, however it comes in, and what it refuses.
#include "net/multipart_parser.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "support/result_printer.hpp"

#include "net/multipart.hpp"

using namespace parley;
using namespace parley::net;

namespace {

struct Collected : PartConsumer {
    struct Part {
        PartHead head;
        std::string data;
        bool ended = false;
        bool operator==(const Part& other) const {
            return head.name == other.head.name && head.is_file == other.head.is_file &&
                   head.filename == other.head.filename && head.mime == other.head.mime && data == other.data &&
                   ended == other.ended;
        }
    };
    std::vector<Part> parts;

    Result<void> begin(const PartHead& head) override {
        parts.push_back({head, "", false});
        return {};
    }
    Result<void> data(std::string_view bytes) override {
        parts.back().data += bytes;
        return {};
    }
    Result<void> end() override {
        parts.back().ended = true;
        return {};
    }
};

// "ok" or the name of the error.
std::string read(std::string_view body, Collected& into, std::size_t piece = 1 << 20, MultipartLimits limits = {}) {
    MultipartParser parser("XX", limits, into);
    for (std::size_t at = 0; at < body.size(); at += piece) {
        auto fed = parser.feed(body.substr(at, piece));
        if (!fed) return to_string(fed.error().code);
    }
    auto finished = parser.finish();
    return finished ? "ok" : to_string(finished.error().code);
}
std::string read(std::string_view body, MultipartLimits limits = {}) {
    Collected ignored;
    return read(body, ignored, 1 << 20, limits);
}

std::string part(const std::string& lines, const std::string& data) {
    return "--XX\r\nContent-Disposition: form-data; " + lines + "\r\n\r\n" + data + "\r\n";
}
const std::string end = "--XX--\r\n";

}  // namespace

TEST_CASE("forms of browsers and of curl are read", "[multipart]") {
    Collected got;
    CHECK(read(part("name=\"a\"", "1") +
                   part("name=\"f\"; filename=\"C:\\new\\x.txt\"\r\nContent-Type: text/plain", "x\r\ny") +
                   part("name=plain; filename=y; filename*=utf-8''z", "") + end,
               got) == "ok");
    REQUIRE(got.parts.size() == 3);
    CHECK(got.parts[0].head.name == "a");
    CHECK_FALSE(got.parts[0].head.is_file);
    CHECK(got.parts[0].data == "1");
    CHECK(got.parts[1].head.filename == "C:\\new\\x.txt");
    CHECK(got.parts[1].head.mime == "text/plain");
    CHECK(got.parts[1].data == "x\r\ny");
    CHECK(got.parts[2].head.filename == "y");
    CHECK(got.parts[2].ended);

    CHECK(read("--XX--\r\n") == "ok");        // no parts
    for (std::size_t piece : {1, 3, 1000}) {  // with a line break before it, as some send it
        Collected more;
        CHECK(read("\r\n" + part("name=a", "") + "--XX--", more, piece) == "ok");
        CHECK(read("\r\n\r\n" + part("name=a", "") + "--XX--", more, piece) == "invalid");
    }
    CHECK(read(part("name=a; filename=\"\"", "") + end) == "ok");  // no file was chosen
}

TEST_CASE("what looks like a boundary is content until it is one", "[multipart]") {
    for (const std::string data : {"\r", "\r\n", "\r\n-", "\r\n--", "\r\n--X", "\r\n--x", "\r\r\n--X\r\n", "--XX-",
                                   "\n--XX", "-\r\n-\r\n--\r\n--X\r\n--Y"}) {
        CAPTURE(data);
        for (std::size_t piece : {1, 2, 3, 5, 1000}) {
            Collected got;
            const auto body = part("name=a", "_" + data).append(part("name=b", "2")).append(end);
            CHECK(read(body, got, piece) == "ok");
            REQUIRE(got.parts.size() == 2);
            CHECK(got.parts[0].data == "_" + data);
            CHECK(got.parts[1].data == "2");
        }
    }
}

TEST_CASE("what could be understood in two ways is refused", "[multipart][security]") {
    CHECK(read("") == "invalid");
    CHECK(read("hello") == "invalid");
    CHECK(read("preamble\r\n" + part("name=a", "1") + end) == "invalid");
    CHECK(read(part("name=a", "1")) == "invalid");
    CHECK(read(part("name=a", "1") + "--XX-") == "invalid");
    CHECK(read(part("name=a", "1") + "--XXY\r\n") == "invalid");
    CHECK(read("--XX\r\n\r\ndata\r\n" + end) == "invalid");
    CHECK(read("--XX\r\nContent-Type: text/plain\r\n\r\ndata\r\n" + end) == "invalid");
    CHECK(read("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\ndata\r\n" + end) == "invalid");
    CHECK(read("--XX\r\nContent-Disposition: form-data; name=a\r\n" + end) == "invalid");
    CHECK(read("--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n" + end) == "invalid");
    for (const auto* lines :
         {"filename=x", "name=a; name=b", "name=a; filename=x; filename=y", "name=\"a", "name=a b", "name", "name=a;",
          "name=\"a\"x", "name=\"\xff\"", "name=a\r\nContent-Disposition: form-data; name=b",
          "name=a\r\nContent-Type: a/b\r\nContent-Type: c/d", "name=a\r\n folded: x", "name=a\r\nno colon",
          "name=a\r\nX : y", "name=a\r\nX: a\nb"}) {
        CAPTURE(lines);
        CHECK(read(part(lines, "1") + end) == "invalid");
    }
    CHECK(read(part(std::string("name=\"a\0b\"", 10), "1") + end) == "invalid");
    CHECK(read(part("name=a\r\nContent-Transfer-Encoding: base64", "MQ==") + end) == "unsupported");
}

TEST_CASE("a form is held to its limits", "[multipart][security]") {
    MultipartLimits limits{2, 100, 10, 20};
    auto field = part("name=a", "0123456789");
    auto file = part("name=f; filename=x", std::string(20, 'x'));
    CHECK(read(field + file + end, limits) == "ok");
    CHECK(read(field + field + field + end, limits) == "too_large");
    CHECK(read(part("name=a", "0123456789+") + end, limits) == "too_large");
    CHECK(read(part("name=f; filename=x", std::string(21, 'x')) + end, limits) == "too_large");
    CHECK(read(part("name=a\r\nX: " + std::string(100, 'x'), "1") + end, limits) == "too_large");
    CHECK(read("--XX\r\nX: " + std::string(200, 'x'), limits) == "too_large");  // before its end has come

    // A head of exactly that many bytes, with the line break before it, is taken however it is cut.
    auto longest = part("name=a", "1") + end;
    const auto filling = limits.max_head + std::string_view("--XX").size() - longest.find("\r\n\r\n");
    longest.insert(longest.find("\r\n\r\n"), "\r\nX: " + std::string(filling - 5, 'x'));
    for (const std::size_t piece : {1, 2, 3, 1000}) {
        Collected got;
        CHECK(read(longest, got, piece, limits) == "ok");
        longest.insert(longest.find("\r\n\r\n"), 1, 'x');
        CHECK(read(longest, got, piece, limits) == "too_large");
        longest.erase(longest.find("\r\n\r\n") - 1, 1);
    }
}

TEST_CASE("the boundary is read from the Content-Type", "[multipart]") {
    CHECK(multipart_boundary("multipart/form-data; boundary=abc").value() == "abc");
    CHECK(multipart_boundary("Multipart/Form-Data ;charset=utf-8; Boundary=\"a b'c\"").value() == "a b'c");
    for (const auto* type :
         {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"",
          "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=\"a \"",
          "multipart/form-data; boundary=\"a\r\nb\"", "multipart/form-data; boundary"}) {
        CAPTURE(type);
        REQUIRE_FALSE(multipart_boundary(type));
        CHECK(multipart_boundary(type).error().code == Errc::invalid);
    }
    CHECK(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')).has_error());
    CHECK(multipart_boundary("multipart/mixed; boundary=x").error().code == Errc::unsupported);
    CHECK(multipart_boundary("").error().code == Errc::unsupported);
}

TEST_CASE("every form that is built is read back, in pieces of any size", "[multipart][property]") {
    std::mt19937 random(42);
    const std::vector<std::string> bits{"\r\n", "--", "-", "\r", "\n", "x", "\"", "\\", "--XX", "\xff", "Content-"};
    auto text = [&](unsigned most, bool any) {
        std::string out;
        for (auto n = random() % most; n > 0; --n) {
            out += any ? bits[random() % bits.size()] : std::string(1, static_cast<char>('a' + random() % 26));
        }
        return out;
    };
    for (int round = 0; round < 300; ++round) {
        MultipartForm form;
        Collected wanted;
        for (auto n = random() % 5; n > 0; --n) {
            Collected::Part part{{text(8, false), random() % 2 == 0, "", ""}, text(200, true), true};
            if (part.head.is_file) {
                part.head.filename = text(8, false);
                part.head.mime = "image/png";
                form.file(part.head.name, part.head.filename, part.head.mime, part.data);
            } else {
                form.field(part.head.name, part.data);
            }
            wanted.parts.push_back(part);
        }
        ClientRequest request;
        form.move_into(request);
        auto boundary = multipart_boundary(request.headers.get("Content-Type")).value();
        const auto& body = request.body;
        Collected got;
        MultipartParser parser(boundary, {}, got);
        for (std::size_t at = 0; at < body.size();) {
            auto piece = 1 + random() % (round % 3 == 0 ? 4 : 300);
            REQUIRE(parser.feed(std::string_view(body).substr(at, piece)));
            at += piece;
        }
        REQUIRE(parser.finish());
        REQUIRE(got.parts == wanted.parts);
    }
}
