#include "api/list_json.hpp"

#include <catch2/catch.hpp>

namespace parley::api {

TEST_CASE("a page of messages: ids are texts, stored JSON stays JSON, nothing empty stands there") {
    db::MessageRow row;
    row.id = 381990787103068129;
    row.account = "shop";
    row.type = "image";
    row.kind = "message";
    row.chat = "1@s";
    row.text = "hi";
    row.status = "handled";
    row.media = R"({"kind":"image","mime":"image/jpeg","name":"","source":"https://x/secret","stored":"abc","size":3})";
    row.payload = R"({"a":1})";
    db::Slice<db::MessageRow> page;
    page.items = {row};
    page.next = 0x1f;
    CHECK(to_json(page) ==
          R"({"items":[{"id":"381990787103068129","time":"2026-11-20T02:15:00Z","account":"shop","direction":"in",)"
          R"("type":"image","kind":"message","chat":"1@s","text":"hi","media":{"kind":"image","mime":"image/jpeg",)"
          R"("size":3,"stored":"abc"},"payload":{"a":1},"status":"handled"}],"next":"m1f"})");
    CHECK(
        to_media_json(page) ==
        R"({"items":[{"message":"381990787103068129","time":"2026-11-20T02:15:00Z","account":"shop",)"
        R"("direction":"in","chat":"1@s","kind":"image","mime":"image/jpeg","size":3,"stored":"abc"}],"next":"m1f"})");
    CHECK(to_json(db::Slice<db::MessageRow>{}) == R"({"items":[],"next":null})");
}

TEST_CASE("the pieces of a message stand beside it, where there are any") {
    db::MessageRow row;
    row.id = 1;
    row.status = "sent";
    CHECK(to_json(row, {}) == to_json(row));
    CHECK(
        to_json(row, {{1, "sent", ""}, {2, "failed", "why"}})
            .find(
                R"("status":"sent","pieces":[{"id":"1","status":"sent"},{"id":"2","status":"failed","error":"why"}]})") !=
        std::string::npos);
}

TEST_CASE("a payload that is no JSON is a text") {
    db::MessageRow row;
    row.id = 1;
    row.payload = "https://example.org/page";
    db::Slice<db::MessageRow> page;
    page.items = {row};
    CHECK(to_json(page).find(R"("payload":"https://example.org/page")") != std::string::npos);
}

}  // namespace parley::api
