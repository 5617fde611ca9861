// Reads the queue tables: at start-up, after a fault, and when more waits than is held in memory. Never on the hot
// path. [database threads, blocks]
#pragma once

#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

// Pending rows with after < id < before, in order of id, at most `limit`; of the outbox those of one account.
std::vector<Inbound> read_inbox(pqxx::work& tx, MessageId after, MessageId before, std::size_t limit);
std::vector<Outbound> read_outbox(pqxx::work& tx, AccountId account, MessageId after, MessageId before,
                                  std::size_t limit);
// The accounts that have rows in the outbox.
std::vector<AccountId> read_outbox_accounts(pqxx::work& tx);

// The greatest id that any table holds, so that new ones ascend from there.
MessageId greatest_id(pqxx::work& tx);

// At start: delivery reports since `since` whose messages do not show them. Such a report met the recording of its
// sending, and the process ended before it was told once more.
void apply_missed_reports(pqxx::work& tx, UnixMillis since);

}  // namespace parley::db
