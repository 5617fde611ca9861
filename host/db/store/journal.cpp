#include "db/store/journal.hpp"

#include "db/store/backlog.hpp"
#include "db/store/journal_writer.hpp"

namespace parley::db {

struct Journal::Impl {
    DatabaseOptions database;
    Backlog backlog;
    std::atomic<std::uint64_t> faults{0};
    std::vector<std::unique_ptr<JournalWriter>> writers;  // last: they use the rest
};

Journal::Journal(DatabaseOptions database, JournalOptions options, Executor& executor, Logger log)
    : impl_(new Impl{std::move(database), Backlog(options, executor), {}, {}}) {
    for (unsigned i = 0; i < options.connections; ++i)
        impl_->writers.push_back(std::make_unique<JournalWriter>(impl_->database, impl_->backlog, impl_->faults, log));
}

Journal::~Journal() {
    impl_->backlog.stop();
    impl_->writers.clear();
}

void Journal::admit(Inbound message, UniqueFunction<void(Result<Admission>)> done) {
    impl_->backlog.push(AdmitOp{std::move(message), std::move(done)});
}

void Journal::settle(MessageId inbound, std::shared_ptr<const Effects> effects,
                     UniqueFunction<void(Result<Settlement>)> done) {
    impl_->backlog.push(SettleOp{inbound, std::move(effects), std::move(done)});
}

void Journal::enqueue(std::vector<Outbound> messages, UniqueFunction<void(Result<void>)> done) {
    impl_->backlog.push(EnqueueOp{std::move(messages), std::move(done)});
}

void Journal::sent(MessageId outbound, std::string provider_id, UniqueFunction<void(Result<void>)> done) {
    impl_->backlog.push(SentOp{outbound, std::move(provider_id), std::move(done)});
}

void Journal::failed(MessageId outbound, std::string reason, UniqueFunction<void(Result<void>)> done) {
    impl_->backlog.push(FailedOp{outbound, std::move(reason), std::move(done)});
}

void Journal::report(StatusUpdate update, UniqueFunction<void(Result<Reported>)> done) {
    impl_->backlog.push(ReportOp{std::move(update), std::move(done)});
}

void Journal::account_event(MessageId id, AccountEvent event, UniqueFunction<void(Result<void>)> done) {
    impl_->backlog.push(AccountEventOp{id, std::move(event), std::move(done)});
}

void Journal::bury(MessageId id, AccountId account, std::string reason, std::string raw, std::string trace,
                   UniqueFunction<void(Result<void>)> done) {
    impl_->backlog.push(BuryOp{id, account, std::move(reason), std::move(raw), std::move(trace), std::move(done)});
}

void Journal::fire_timer(Inbound timer, UnixMillis due, UniqueFunction<void(Result<void>)> done) {
    impl_->backlog.push(TimerOp{std::move(timer), due, std::move(done)});
}

void Journal::on_health(std::function<void(bool)> changed) {
    impl_->backlog.health_changed = std::move(changed);
}

bool Journal::healthy() const {
    return impl_->backlog.healthy();
}

Journal::Stats Journal::stats() const {
    return impl_->backlog.stats();
}

}  // namespace parley::db
