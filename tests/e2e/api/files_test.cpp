// Files, through the API: whole, in part, and too large to be held.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <sstream>

#include "api/stage.hpp"
#include "support/memory.hpp"

namespace parley::e2e {

namespace json = boost::json;

TEST_CASE("a file is stored, fetched, sent and taken away") {
    const std::string bytes = "%PDF-1.4\n%canary\n";
    const auto made = owner().post("/media", bytes, {{"Content-Type", "application/pdf"}});
    REQUIRE(made.status == 201);
    const auto name = text_of(body_of(made), "stored");
    CHECK(text_of(body_of(made), "mime") == "application/pdf");
    const auto fetched = owner().get("/media/" + name);
    CHECK(fetched.body == bytes);
    CHECK(fetched.header("content-disposition") == "attachment");
    CHECK(owner()
              .post("/messages", json::serialize(json::object{{"to", "4915100000008"},
                                                              {"account", "gateway"},
                                                              {"kind", "media"},
                                                              {"file", name},
                                                              {"name", "menu.pdf"}}))
              .status == 202);
    CHECK(owner().post("/messages", R"({"to": "4915100000008", "kind": "media", "file": "none"})").status >= 400);
    CHECK(owner().call("DELETE", "/media/" + name).status == 204);
    CHECK(owner().get("/media/" + name).status == 404);
    for (const char* path : {"..%2f..%2fmaster.key", "..%2fmaster.key", "%2e%2e"})
        CHECK(http(stage().host.port(), "GET", std::string("/api/v1/media/") + path, "",
                   {{"Authorization", "Bearer s3cret"}})
                  .status >= 400);
    CHECK(owner().post("/media").status == 400);
}

TEST_CASE("a part of a file is fetched") {
    const auto name =
        text_of(body_of(owner().post("/media", "%PDF-0123456789", {{"Content-Type", "application/pdf"}})), "stored");
    const auto part = [&](const std::string& range) {
        return owner().call("GET", "/media/" + name, "", {{"Range", range}});
    };
    CHECK(part("bytes=5-7").status == 206);
    CHECK(part("bytes=5-7").body == "012");
    CHECK(part("bytes=5-7").header("content-range") == "bytes 5-7/15");
    CHECK(part("bytes=-3").body == "789");
    CHECK(part("bytes=99-").status == 416);
    CHECK(part("bytes=99-").header("content-range") == "bytes */15");
    CHECK(owner().call("DELETE", "/media/" + name, "", {{"Range", "bytes=0-1"}}).status == 204);
}

TEST_CASE("large files go to disk and back, and are never held") {
    const auto peak_kib = [] {
        std::istringstream status(read_text("/proc/" + std::to_string(stage().host.pid()) + "/status"));
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
        return 0L;
    };
    const Headers type{{"Content-Type", "application/x-canary"}};
    std::string bytes(80 << 20, '\0');
    for (std::size_t i = 0; i < bytes.size(); i += 4096) bytes[i] = static_cast<char>(i >> 12);
    REQUIRE(owner().post("/media", "warm", type).status == 201);
    const auto before = peak_kib();
    const auto made = owner().post("/media", bytes, type);
    REQUIRE(made.status == 201);
    CHECK(body_of(made).at("size").as_int64() == static_cast<std::int64_t>(bytes.size()));
    const auto name = text_of(body_of(made), "stored");
    CHECK((owner().get("/media/" + name).body == bytes));
    if (memory_tells) CHECK(peak_kib() - before < 16 * 1024);
    CHECK(owner().call("DELETE", "/media/" + name).status == 204);

    // The limits of each kind: of the one that is said, and of the one that it is.
    bytes.resize((16 << 20) + 1);
    CHECK(owner().post("/media", bytes, {{"Content-Type", "video/mp4"}}).status == 413);
    bytes.resize((5 << 20) + 1);
    bytes.replace(0, 16, std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16));
    const auto picture = owner().post("/media", bytes, {{"Content-Type", "application/pdf"}});
    CHECK(picture.status == 413);
    CHECK(text_of(body_of(picture), "detail") == "a file of the type image/png has at most 5 MiB");
    // Nobody's file is not even read.
    const auto refused = nobody().post("/media", bytes, type);
    CHECK(refused.status == 401);
    CHECK(refused.header("connection") == "close");
}

TEST_CASE("the same file with the same key is stored once") {
    const Headers key{{"Idempotency-Key", "a file"}, {"Content-Type", "text/plain"}};
    const auto first = owner().post("/media", "the same words", key);
    REQUIRE(first.status == 201);
    const auto again = owner().post("/media", "the same words", key);
    CHECK(again.body == first.body);
    CHECK(again.header("idempotency-replayed") == "true");
    CHECK(owner().post("/media", "other words", key).status == 422);
}

}  // namespace parley::e2e
