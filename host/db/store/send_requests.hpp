// The table `send_requests`, in which other programs say what shall be sent, and the way of such rows into the outbox.
// [database threads, block] Functions run in the transaction they are given and throw when the database is unavailable.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

struct SendRequest {
    std::int64_t id = 0;
    std::string account, recipient, kind, body, link, payload;
    std::string reply_to;  // the message that is meant, as the request names it; empty: none
    // Our message of that id, if it is one.
    struct Meant {
        std::string chat, provider_id;  // provider_id: empty while there is none
    };
    std::optional<Meant> meant;
};
// Those that nobody took yet, ascending ids greater than `after`; without those that name one of these accounts.
std::vector<SendRequest> read_send_requests(pqxx::work& tx, std::int64_t after, const std::vector<std::string>& without,
                                            std::size_t limit);

// The messages that a source became: several when its text was too long for one.
struct Pieces {
    MessageId last = 0;          // the source is claimed by it: it is sent when all are
    std::vector<MessageId> all;  // empty when there is but one
};

// Marks requests as taken by these messages. Which messages it is now true for: rows that another transaction holds,
// has taken or refused are left out, those marked by an earlier run of the same call are in.
std::vector<MessageId> claim_send_requests(pqxx::work& tx, const std::vector<std::pair<std::int64_t, Pieces>>& claims);

// Says why a request is not sent; one that was taken meanwhile stays taken.
void refuse_send_requests(pqxx::work& tx, const std::vector<std::pair<std::int64_t, std::string>>& refusals);

// Puts those of the messages that are named into the outbox. Run again it changes nothing.
void insert_outbox(pqxx::work& tx, const std::vector<Outbound>& messages, const std::vector<MessageId>& which);

}  // namespace parley::db
