// The journal's operations that need statements of their own. Each runs inside the batch's transaction; a settle with
// storage in a savepoint, so that its conflict undoes nothing else. Internal to the journal.
#pragma once

#include <pqxx/pqxx>

#include "db/store/operation.hpp"

namespace parley::db {

// Prepares the statements on a new connection.
void prepare_slow_operations(pqxx::connection_base& connection);

Settlement run_settle(pqxx::work& tx, const SettleOp& op);
void run_failed(pqxx::work& tx, const FailedOp& op);
void run_account_event(pqxx::work& tx, const AccountEventOp& op);
void run_bury(pqxx::work& tx, const BuryOp& op);
// False: the timer was cancelled or moved meanwhile.
bool run_timer(pqxx::work& tx, const TimerOp& op);

}  // namespace parley::db
