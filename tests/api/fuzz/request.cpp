// A request to the API: whatever its query and body, what is wrong is said in words that can be shown, what is right
// is within its bounds, and a cursor is one only as it was made. The first byte chooses the operation, the rest of the
// first line is the query.
#include <boost/json.hpp>

#include "api/contract.hpp"
#include "api/cursor.hpp"
#include "api/list_query.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "net/http.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley;
using namespace parley::api;
using test::must;

std::optional<AccountId> find(std::string_view name) {
    return name == "shop" ? std::optional<AccountId>(7) : std::nullopt;
}

template <class Filter>
void check(const Result<ListQuery<Filter>>& query) {
    must(query ? query->page.limit >= 1 && query->page.limit <= 200 && query->page.before > 0
               : query.error().code == Errc::invalid && !query.error().message.empty());
}

void check_query(std::string_view query) {
    for (const auto which : {Messages::all, Messages::incoming, Messages::outgoing, Messages::media}) {
        const auto read = read_message_query(query, which, find);
        check(read);
        if (read) must(text::is_storable(read->filter.chat + read->filter.type + read->filter.text));
    }
    check(read_contact_query(query, find));
    check(read_event_query(query, find));
    check(read_audit_query(query));
    if (const auto before = cursor_from_text(message_cursor, query))
        must(*before > 0 && cursor_from_text(message_cursor, cursor_to_text(message_cursor, *before)) == before);
}

void run(std::string_view bytes) {
    static const Contract contract;
    const auto& operations = contract.operations();
    const auto& operation = operations[(bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0])) % operations.size()];
    if (!bytes.empty()) bytes.remove_prefix(1);
    const auto line = std::min(bytes.find('\n'), bytes.size());
    const auto query = bytes.substr(0, line), body = bytes.substr(std::min(line + 1, bytes.size()));
    check_query(query);

    net::Request request;
    request.method = operation.method;
    request.query = query;
    request.headers.set("If-Match", "\"1\"");
    if (const auto wrong = contract.check_parameters(operation, request)) must(text::is_storable(*wrong));
    if (operation.body == nullptr) return;
    if (const auto value = parse_json(body))
        if (const auto wrong = contract.check_body(operation, *value)) must(text::is_storable(*wrong));
}

// Every operation with a body once.
std::vector<std::string> seeds() {
    std::vector<std::string> all{
        "\001account=shop&chat=92300%40s.whatsapp.net&direction=out&type=image&status=failed&q=good+day&"
        "since=2026-11-21T10%3A00%3A00%2B01%3A00&until=2026-11-22&limit=200&cursor=m75bcd15\n",
        "\001organisation=x&phone=%2B44&actor_kind=user&actor=1&action=a&target=t&since=1795251600\n"};
    for (char first = 1; first < 120; ++first)
        all.push_back(std::string(1, first) + "limit=5\n" +
                      R"({"to":"+447700900123","text":"hi","kind":"text","name":"x","account":"shop","value":1})");
    return all;
}

}  // namespace

const test::FuzzTarget test::fuzz_target{run,
                                         seeds(),
                                         {"limit=",
                                          "cursor=",
                                          "since=",
                                          "until=",
                                          "2026-02-30",
                                          "T24:00:00Z",
                                          "%00",
                                          "%FF",
                                          "&",
                                          "=",
                                          "99999999999999999999",
                                          "m7fffffffffffffff",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          "null",
                                          "\"\"",
                                          "1e308",
                                          "-1",
                                          "0.5",
                                          "\"kind\":",
                                          "\"template\":{",
                                          "\"media\":{",
                                          "\"to\":",
                                          "\"buttons\":[",
                                          "\"name\":",
                                          "\"account\":",
                                          "\\u0000",
                                          "\n"},
                                         5'000};
