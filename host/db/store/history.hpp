// Reading back, newest first, a page at a time, however long the history is. [database threads, block] Functions run in
// the transaction they are given and throw when the database is unavailable.
//
// How it stays fast: every list goes back along one index whose last column is the id (which ascends in time), begun
// where the page before ended. What that index does not tell is looked at row by row, for `most_examined` rows a page.
// Then the page ends, with what was found by then, perhaps nothing, and says where to go on. So no filter can make a
// request slow, and none needs an index of its own that every message would have to pay for.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

inline constexpr std::int64_t newest = std::numeric_limits<std::int64_t>::max();

struct Page {
    std::size_t limit = 50;
    std::int64_t before = newest;  // ids below it
    std::size_t most_examined =
        200'000;  // of each source; a tenth of it where rows lie far apart, at least `limit` + 1
};

template <class Row>
struct Slice {
    std::vector<Row> items;  // newest first
    std::int64_t next = 0;   // `before` of the next page; 0: that was all
};

// Empty members do not matter.
struct MessageFilter {
    std::optional<AccountId> account{};
    std::string chat{};
    std::optional<bool> outbound{};
    std::string type{};
    std::string status{};  // received, handled, queued, sent, delivered, read, played, failed
    std::string text{};    // part of the body, whatever its case
    UnixMillis since = 0, until = 0;
    bool with_file = false;
};

struct MessageRow {
    MessageId id = 0;
    std::string account;  // its name; empty: it is gone
    bool outbound = false;
    std::string type, kind, chat, sender, sender_name, group, text, media, payload, status, error;
    std::string provider_id, refers_to, trace, sent_at;
    MessageId cause = 0;
    std::string turn;  // JSON: what the language model made of it; only of the first of the messages that it answered
};
// Of both directions, those that still wait in the outbox included.
Slice<MessageRow> list_messages(pqxx::work& tx, const MessageFilter& filter, const Page& page);

std::optional<MessageRow> read_message(pqxx::work& tx, MessageId id);

// One of the messages that a text became which was too long for one.
struct PieceRow {
    MessageId id = 0;
    std::string status, error;
};
// All pieces of the text that this message is a piece of, first to last, itself among them. Empty: it is whole, or an
// answer, which stands with others under its `cause`.
std::vector<PieceRow> read_pieces(pqxx::work& tx, const MessageRow& message);

struct ContactFilter {
    std::string organisation{};          // its name
    std::optional<AccountId> account{};  // the contacts of its organisation
    std::string phone{};                 // in the form that numbers are compared by
    std::string text{};                  // part of the name or of the phone number
    UnixMillis since = 0, until = 0;     // first seen
};
struct ContactRow {
    std::int64_t id = 0;
    std::string organisation, name, phone, opted_out_at, first_seen, last_seen;
    std::string identities;  // JSON: [{"kind", "value"}]
};
Slice<ContactRow> list_contacts(pqxx::work& tx, const ContactFilter& filter, const Page& page);
std::optional<ContactRow> read_contact(pqxx::work& tx, std::int64_t id);

struct EventFilter {
    std::optional<AccountId> account{};
    std::string type{};
    UnixMillis since = 0, until = 0;
};
struct EventRow {
    std::int64_t id = 0;
    std::string account, type, payload, told_at;
};
Slice<EventRow> list_account_events(pqxx::work& tx, const EventFilter& filter, const Page& page);

}  // namespace parley::db
