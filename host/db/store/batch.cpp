#include "db/store/batch.hpp"

#include "db/store/report_batch.hpp"
#include "db/store/slow_operations.hpp"

namespace parley::db {
namespace {

// Adds a plain operation to the shared statement.
void add_plain(PlainBatch& batch, const Operation& operation) {
    if (const auto* admit = std::get_if<AdmitOp>(&operation)) {
        batch.admit(admit->message);
    } else if (const auto* settle = std::get_if<SettleOp>(&operation)) {
        batch.settle(settle->inbound, *settle->effects);
    } else if (const auto* enqueue = std::get_if<EnqueueOp>(&operation)) {
        for (const auto& message : enqueue->messages) batch.enqueue(message);
    } else if (const auto* sent = std::get_if<SentOp>(&operation)) {
        batch.sent(sent->outbound, sent->provider_id);
    }
}

void run_slow(pqxx::work& tx, const Operation& operation, BatchResult& result) {
    if (const auto* settle = std::get_if<SettleOp>(&operation)) {
        result.settlements.push_back(run_settle(tx, *settle));
    } else if (const auto* failed = std::get_if<FailedOp>(&operation)) {
        run_failed(tx, *failed);
    } else if (const auto* event = std::get_if<AccountEventOp>(&operation)) {
        run_account_event(tx, *event);
    } else if (const auto* bury = std::get_if<BuryOp>(&operation)) {
        run_bury(tx, *bury);
    } else if (const auto* timer = std::get_if<TimerOp>(&operation)) {
        result.timers.push_back(run_timer(tx, *timer));
    }
}

// Tells each operation what came of it, in order.
class Answers {
public:
    explicit Answers(const BatchResult& result) : result_(result) {}

    void operator()(AdmitOp& op) {
        op.done(result_.plain.admitted.count(op.message.id) != 0 ? Admission::accepted : Admission::duplicate);
    }
    void operator()(SettleOp& op) {
        op.done(op.effects->plain() ? Settlement::committed : result_.settlements[settlement_++]);
    }
    void operator()(TimerOp& op) {
        if (result_.timers[timer_++]) {
            op.done(Result<void>());
        } else {
            op.done(make_error(Errc::not_found, "the timer is no longer set"));
        }
    }
    void operator()(SentOp& op) { op.done(Result<void>()); }
    void operator()(FailedOp& op) { op.done(Result<void>()); }
    void operator()(EnqueueOp& op) { op.done(Result<void>()); }
    void operator()(ReportOp& op) { op.done(result_.reports[report_++]); }
    void operator()(AccountEventOp& op) { op.done(Result<void>()); }
    void operator()(BuryOp& op) { op.done(Result<void>()); }

private:
    const BatchResult& result_;
    std::size_t settlement_ = 0, timer_ = 0, report_ = 0;
};

}  // namespace

BatchResult write_batch(pqxx::connection_base& connection, const Batch& batch) {
    BatchResult result;
    PlainBatch plain;
    ReportBatch reports;
    bool all_plain = true;
    for (const auto& operation : batch) {
        if (is_plain(operation)) {
            add_plain(plain, operation);
        } else {
            all_plain = false;
            if (const auto* report = std::get_if<ReportOp>(&operation)) reports.add(report->update);
        }
    }
    if (all_plain) {
        pqxx::nontransaction tx(connection);  // one statement is a transaction of its own
        result.plain = plain.run(tx);
        return result;
    }
    pqxx::work tx(connection);
    if (!plain.empty()) result.plain = plain.run(tx);
    for (const auto& operation : batch)
        if (!is_plain(operation)) run_slow(tx, operation, result);
    if (!reports.empty()) result.reports = reports.run(tx);
    tx.commit();
    return result;
}

void answer(Batch& batch, const BatchResult& result) {
    Answers answers(result);
    for (auto& operation : batch) std::visit(answers, operation);
}

void refuse(Batch& batch, const Error& error) {
    const auto tell = [&error](auto& op) { op.done(error); };
    for (auto& operation : batch) std::visit(tell, operation);
}

bool may_be_refused(const Operation& operation) {
    return !std::holds_alternative<SettleOp>(operation) && !std::holds_alternative<SentOp>(operation) &&
           !std::holds_alternative<FailedOp>(operation);
}

}  // namespace parley::db
