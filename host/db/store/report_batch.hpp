// The delivery reports of one batch, written together: there may be thousands a second, and they must not hold up what
// people wait for. Internal to the journal. [writer thread]
#pragma once

#include <pqxx/pqxx>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "db/store/journal.hpp"

namespace parley::db {

class ReportBatch {
public:
    static void prepare(pqxx::connection_base& connection);

    // `update` outlives the batch.
    void add(const StatusUpdate& update) { updates_.push_back(&update); }
    bool empty() const { return updates_.empty(); }

    // What came of each, in the order of add(). Runs in the caller's transaction.
    std::vector<Reported> run(pqxx::transaction_base& tx) const;

private:
    using Name = std::tuple<MessageId, AccountId, std::string>;  // our id, who reported it, the provider's id
    static Name name_of(const StatusUpdate& update) {
        return {update.message, update.account, update.provider_ids.front()};
    }
    // Returns the stale ones.
    std::set<Name> record_sendings(pqxx::transaction_base& tx) const;

    std::vector<const StatusUpdate*> updates_;
};

}  // namespace parley::db
