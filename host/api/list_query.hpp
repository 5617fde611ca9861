// What a list of the API is asked for, read from the query of its URL. Errors are Errc::invalid; they name the
// parameter and say what it can be. [any thread]
//
//   limit      1 to 200; 50 without it
//   cursor     `next` of the page before
//   account    name of an account
//   since, until   "2026-11-21T10:00:00Z", "2026-11-21" (midnight UTC) or Unix seconds; since is included, until is not
//   q          part of the text (of contacts: of name or number), whatever its case; at least 2 characters
//   messages and media: chat, direction (in, out), type, status
//   contacts: organisation (name), phone
//   events: type
//   audit: actor_kind, actor, action, target
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "db/store/audit.hpp"
#include "db/store/history.hpp"
#include "net/http.hpp"

namespace parley::api {

// The account of a name; none: there is none.
using FindAccount = std::function<std::optional<AccountId>(std::string_view name)>;

template <class Filter>
struct ListQuery {
    Filter filter;
    db::Page page;
};

enum class Messages { all, incoming, outgoing, media };

inline constexpr char message_cursor = 'm', contact_cursor = 'c', event_cursor = 'e', audit_cursor = 'a',
                      letter_cursor = 'd', chat_cursor = 't', result_cursor = 'r', key_cursor = 'k',
                      person_cursor = 'p', campaign_cursor = 'g';

Result<ListQuery<db::MessageFilter>> read_message_query(std::string_view query, Messages which,
                                                        const FindAccount& find);
Result<ListQuery<db::ContactFilter>> read_contact_query(std::string_view query, const FindAccount& find);
Result<ListQuery<db::EventFilter>> read_event_query(std::string_view query, const FindAccount& find);
Result<ListQuery<db::AuditFilter>> read_audit_query(std::string_view query);
// Of a list without filters of its own: limit and cursor, whatever else is there.
Result<db::Page> read_page(const net::Request& request, char list);

}  // namespace parley::api
