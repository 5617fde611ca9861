// A batch of operations: written in one transaction, answered after its commit. Internal to the journal.
#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "db/store/operation.hpp"
#include "db/store/plain_batch.hpp"

namespace parley::db {

using Batch = std::vector<Operation>;

// What the transaction found out.
struct BatchResult {
    PlainBatch::Outcome plain;
    std::vector<Settlement> settlements;  // of the slow settles, in order
    std::vector<bool> timers;             // in order
    std::vector<Reported> reports;        // in order
};

// [writer thread] Returns after the commit; throws what libpqxx throws.
BatchResult write_batch(pqxx::connection_base& connection, const Batch& batch);

// [I/O thread] Calls the completions.
void answer(Batch& batch, const BatchResult& result);
void refuse(Batch& batch, const Error& error);

// Its caller can be told to come back later; everything else must be written, however long it takes.
bool may_be_refused(const Operation& operation);

}  // namespace parley::db
