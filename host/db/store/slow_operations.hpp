// The journal's operations that need statements of their own. Each runs inside the batch's transaction; a settle with
// storage in a savepoint, so that its conflict undoes nothing else. Internal to the journal.
#pragma once

#include <pqxx/pqxx>

#include "db/store/operation.hpp"

namespace parley::db {

// Prepares the statements on a new connection.
void prepare_slow_operations(pqxx::connection_base& connection);

// The provider ids whose sending or report is in the batch, as an array literal; empty: none. A sending looks for
// reports that came before it, a report looks for its message: in two transactions at once they would miss each other,
// so both meet() first, in a statement of its own, and the later one waits for the commit of the other.
std::string meeting_ids(const std::vector<Operation>& batch);
void meet(pqxx::work& tx, const std::string& ids);

Settlement run_settle(pqxx::work& tx, const SettleOp& op);
void run_failed(pqxx::work& tx, const FailedOp& op);
void run_report(pqxx::work& tx, const ReportOp& op);
void run_account_event(pqxx::work& tx, const AccountEventOp& op);
void run_bury(pqxx::work& tx, const BuryOp& op);
// False: the timer was cancelled or moved meanwhile.
bool run_timer(pqxx::work& tx, const TimerOp& op);

}  // namespace parley::db
