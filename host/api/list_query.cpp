#include "api/list_query.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "api/cursor.hpp"
#include "channels/timestamp.hpp"
#include "contacts/canonical_phone.hpp"
#include "core/text.hpp"
#include "net/form.hpp"

namespace parley::api {
namespace {

constexpr std::size_t longest_word = 256;
constexpr int most_items = 200;
constexpr std::size_t least_search = 2;

std::string joined(std::initializer_list<const char*> words) {
    std::string all;
    for (const char* word : words) all += std::string(all.empty() ? "" : ", ") + word;
    return all;
}

// Takes the parameters one after the other and keeps the first thing that is wrong.
class Reader {
public:
    Reader(std::string_view query, std::initializer_list<const char*> known) {
        auto fields = net::form_decode(query);
        if (!fields) {
            error_ = make_error(Errc::invalid, "the query of the URL is broken: " + fields.error().message);
            return;
        }
        fields_ = std::move(*fields);
        for (auto field = fields_.begin(); field != fields_.end(); ++field) {
            const auto named = [&](const auto& other) { return other.first == field->first; };
            if (std::find(known.begin(), known.end(), field->first) == known.end())
                fail(std::string(text::truncate_utf8(field->first, 40)),
                     "is not a parameter of this list; there are " + joined(known));
            else if (std::any_of(fields_.begin(), field, named))
                fail(field->first, "is given twice; give it once");
        }
    }

    void word(const char* name, std::string& into) {
        const auto* value = find(name);
        if (!value) return;
        if (value->empty() || value->size() > longest_word || !text::is_storable(*value))
            return fail(name,
                        "must be a text of 1 to " + std::to_string(longest_word) + " bytes; leave it out for all");
        into = *value;
    }
    void search(const char* name, std::string& into) {
        word(name, into);
        if (find(name) && into.size() < least_search) fail(name, "must have at least 2 characters");
    }
    void choice(const char* name, std::string& into, std::initializer_list<const char*> choices) {
        const auto* value = find(name);
        if (!value) return;
        if (std::find(choices.begin(), choices.end(), *value) == choices.end())
            return fail(name, "must be one of " + joined(choices));
        into = *value;
    }
    void time(const char* name, UnixMillis& into) {
        const auto* value = find(name);
        if (!value) return;
        std::optional<UnixMillis> time = channels::parse_rfc3339(*value);
        if (!time) time = channels::parse_rfc3339(*value + "T00:00:00Z");
        if (!time && text::is_digits(*value) && value->size() <= 11) time = 1000 * std::stoll(*value);
        if (!time || *time <= 0)
            return fail(name,
                        "must be a time like 2026-11-21T10:00:00Z, a day like 2026-11-21 (UTC) or Unix seconds; a '+' "
                        "in a URL is written %2B");
        into = *time;
    }
    void account(std::optional<AccountId>& into, const FindAccount& find_account) {
        const auto* value = find("account");
        if (!value) return;
        into = find_account(*value);
        if (!into) fail("account", "must be the name of an account; `parley account list` shows them");
    }
    void phone(const char* name, std::string& into) {
        const auto* value = find(name);
        if (!value) return;
        into = contacts::canonical_phone(*value);
        if (into.size() < 4 || into.size() > 20)
            fail(name, "must be a phone number with its country code, like 923001234567");
    }
    void id(const char* name, std::optional<std::int64_t>& into) {
        const auto* value = find(name);
        if (!value) return;
        std::int64_t id = 0;
        const char* end = value->data() + value->size();
        const auto [stop, error] = std::from_chars(value->data(), end, id);
        if (error != std::errc() || stop != end || id < 0) return fail(name, "must be an id: a number");
        into = id;
    }
    void page(char list, db::Page& into) {
        if (const auto* value = find("limit")) {
            int limit = 0;
            const char* end = value->data() + value->size();
            const auto [stop, error] = std::from_chars(value->data(), end, limit);
            if (error != std::errc() || stop != end || limit < 1 || limit > most_items)
                return fail("limit", "must be a number from 1 to " + std::to_string(most_items));
            into.limit = static_cast<std::size_t>(limit);
        }
        if (const auto* value = find("cursor")) {
            const auto before = cursor_from_text(list, *value);
            if (!before) return fail("cursor", "must be the \"next\" of an earlier answer of this list");
            into.before = *before;
        }
    }
    void fail(const std::string& name, const std::string& what) {
        if (!error_) error_ = make_error(Errc::invalid, name + " " + what);
    }
    const std::optional<Error>& error() const { return error_; }

private:
    const std::string* find(std::string_view name) const {
        for (const auto& [field, value] : fields_)
            if (field == name) return &value;
        return nullptr;
    }

    net::FormFields fields_;
    std::optional<Error> error_;
};

template <class Filter>
void read_span(Reader& read, Filter& filter) {
    read.time("since", filter.since);
    read.time("until", filter.until);
    if (filter.until > 0 && filter.since >= filter.until) read.fail("until", "must be later than since");
}

template <class Filter>
Result<ListQuery<Filter>> finished(const Reader& read, ListQuery<Filter> query) {
    if (read.error()) return *read.error();
    return query;
}

Reader message_reader(std::string_view query, Messages which) {
    if (which == Messages::incoming || which == Messages::outgoing)
        return {query, {"account", "chat", "type", "status", "q", "since", "until", "limit", "cursor"}};
    return {query, {"account", "chat", "direction", "type", "status", "q", "since", "until", "limit", "cursor"}};
}

}  // namespace

Result<ListQuery<db::MessageFilter>> read_message_query(std::string_view query, Messages which,
                                                        const FindAccount& find) {
    ListQuery<db::MessageFilter> asked;
    auto& filter = asked.filter;
    Reader read = message_reader(query, which);
    read.account(filter.account, find);
    read.word("chat", filter.chat);
    std::string direction;
    read.choice("direction", direction, {"in", "out"});
    if (!direction.empty()) filter.outbound = direction == "out";
    if (which == Messages::incoming) filter.outbound = false;
    if (which == Messages::outgoing) filter.outbound = true;
    filter.with_file = which == Messages::media;
    read.word("type", filter.type);
    read.choice("status", filter.status,
                {"received", "handled", "queued", "sent", "delivered", "read", "played", "failed"});
    read.search("q", filter.text);
    read_span(read, filter);
    read.page(message_cursor, asked.page);
    return finished(read, std::move(asked));
}

Result<ListQuery<db::ContactFilter>> read_contact_query(std::string_view query, const FindAccount& find) {
    ListQuery<db::ContactFilter> asked;
    auto& filter = asked.filter;
    Reader read(query, {"account", "organisation", "phone", "q", "since", "until", "limit", "cursor"});
    read.account(filter.account, find);
    read.word("organisation", filter.organisation);
    if (filter.account && !filter.organisation.empty())
        read.fail("organisation", "goes without account, whose organisation it would be");
    read.phone("phone", filter.phone);
    read.search("q", filter.text);
    read_span(read, filter);
    read.page(contact_cursor, asked.page);
    return finished(read, std::move(asked));
}

Result<ListQuery<db::EventFilter>> read_event_query(std::string_view query, const FindAccount& find) {
    ListQuery<db::EventFilter> asked;
    Reader read(query, {"account", "type", "since", "until", "limit", "cursor"});
    read.account(asked.filter.account, find);
    read.word("type", asked.filter.type);
    read_span(read, asked.filter);
    read.page(event_cursor, asked.page);
    return finished(read, std::move(asked));
}

Result<ListQuery<db::AuditFilter>> read_audit_query(std::string_view query) {
    ListQuery<db::AuditFilter> asked;
    Reader read(query, {"actor_kind", "actor", "action", "target", "since", "until", "limit", "cursor"});
    read.choice("actor_kind", asked.filter.actor_kind, {"person", "api_key", "local", "chat"});
    read.id("actor", asked.filter.actor);
    read.word("action", asked.filter.action);
    read.word("target", asked.filter.target);
    read_span(read, asked.filter);
    read.page(audit_cursor, asked.page);
    return finished(read, std::move(asked));
}

Result<db::Page> read_page(const net::Request& request, char list) {
    net::FormFields fields;
    for (const char* name : {"limit", "cursor"})
        if (auto value = request.query_value(name)) fields.emplace_back(name, std::move(*value));
    db::Page page;
    Reader read(net::form_encode(fields), {"limit", "cursor"});
    read.page(list, page);
    if (read.error()) return *read.error();
    return page;
}

}  // namespace parley::api
