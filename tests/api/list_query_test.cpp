#include "api/list_query.hpp"

#include <catch2/catch.hpp>

#include "api/cursor.hpp"
#include "support/result_printer.hpp"

namespace parley::api {
namespace {

std::optional<AccountId> find(std::string_view name) {
    return name == "shop" ? std::optional<AccountId>(7) : std::nullopt;
}

auto read(std::string_view query, Messages which = Messages::all) {
    return read_message_query(query, which, find);
}

}  // namespace

TEST_CASE("nothing asked for is the newest page of everything") {
    const auto query = read("");
    REQUIRE(query);
    CHECK(query->page.limit == 50);
    CHECK(query->page.before == db::newest);
    CHECK_FALSE(query->filter.account);
    CHECK_FALSE(query->filter.outbound);
    CHECK(query->filter.since == 0);
}

TEST_CASE("filters of messages are read") {
    const auto query = read(
        "account=shop&chat=92300%40s.whatsapp.net&direction=out&type=image&status=failed&q=good+day&"
        "since=2026-11-21T10%3A00%3A00%2B01%3A00&until=2026-11-22&limit=200&cursor=" +
        cursor_to_text(message_cursor, 123456789));
    REQUIRE(query);
    CHECK(query->filter.account == 7);
    CHECK(query->filter.chat == "92300@s.whatsapp.net");
    CHECK(query->filter.outbound == true);
    CHECK(query->filter.type == "image");
    CHECK(query->filter.status == "failed");
    CHECK(query->filter.text == "good day");
    CHECK(query->filter.since == 1'795'251'600'000);
    CHECK(query->filter.until == 1'795'305'600'000);
    CHECK(query->page.limit == 200);
    CHECK(query->page.before == 123456789);
    CHECK(read("since=1795251600")->filter.since == 1'795'251'600'000);
    CHECK(read("", Messages::incoming)->filter.outbound == false);
    CHECK(read("", Messages::outgoing)->filter.outbound == true);
    CHECK(read("direction=in", Messages::media)->filter.with_file);
}

TEST_CASE("a wrong parameter is named, with what it can be") {
    struct Row {
        const char *query, *words;
    };
    const Row rows[] = {
        {"limit=0", "limit must be a number from 1 to 200"},
        {"limit=201", "limit must be a number from 1 to 200"},
        {"limit=ten", "limit must be a number from 1 to 200"},
        {"limit=99999999999999999999", "limit must be a number from 1 to 200"},
        {"cursor=x", "cursor must be the \"next\" of an earlier answer"},
        {"cursor=m", "cursor must be"},
        {"cursor=m-5", "cursor must be"},
        {"cursor=c12", "cursor must be"},
        {"direction=up", "direction must be one of in, out"},
        {"status=lost", "status must be one of received, handled, queued, sent, delivered, read, played, failed"},
        {"account=nobody", "account must be the name of an account"},
        {"since=yesterday", "since must be a time like 2026-11-21T10:00:00Z"},
        {"since=2026-13-01", "since must be a time"},
        {"until=0", "until must be a time"},
        {"since=2026-11-22&until=2026-11-21", "until must be later than since"},
        {"q=a", "q must have at least 2 characters"},
        {"q=", "q must be a text"},
        {"type=", "type must be a text of 1 to 256 bytes; leave it out for all"},
        {"chat=%00a", "chat must be a text"},
        {"chat=%ff", "chat must be a text"},
        {"colour=red", "colour is not a parameter of this list; there are account, chat, direction, type"},
        {"type=text&type=image", "type is given twice"},
        {"q=%zz", "the query of the URL is broken"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.query);
        const auto query = read(row.query);
        REQUIRE_FALSE(query);
        CHECK(query.error().code == Errc::invalid);
        CHECK_THAT(query.error().message, Catch::StartsWith(row.words));
    }
    CHECK_FALSE(read("direction=in", Messages::outgoing));
}

TEST_CASE("filters of contacts and events are read") {
    const auto contacts = read_contact_query("phone=%2B55+11+98765-4321&organisation=default&q=ada", find);
    REQUIRE(contacts);
    CHECK(contacts->filter.phone == "551187654321");
    CHECK(contacts->filter.organisation == "default");
    CHECK(contacts->filter.text == "ada");
    CHECK_FALSE(read_contact_query("account=shop&organisation=default", find));
    CHECK_FALSE(read_contact_query("phone=ada", find));
    CHECK_FALSE(read_contact_query("status=sent", find));
    const auto events = read_event_query("account=shop&type=quality&cursor=e1f", find);
    REQUIRE(events);
    CHECK(events->filter.account == 7);
    CHECK(events->page.before == 31);
    CHECK_FALSE(read_event_query("q=ada", find));
}

TEST_CASE("a cursor leads back to where it came from, in its own list only") {
    for (const std::int64_t before : {std::int64_t{1}, std::int64_t{381990787103068129}, db::newest}) {
        CHECK(cursor_from_text('m', cursor_to_text('m', before)) == before);
        CHECK_FALSE(cursor_from_text('c', cursor_to_text('m', before)));
    }
    for (const char* text : {"", "m", "m0", "m-1", "m1 ", "mffffffffffffffff", "mxyz", "m0x1"})
        CHECK_FALSE(cursor_from_text('m', text));
}

}  // namespace parley::api
