#include "guards/silence.hpp"

#include <algorithm>

namespace parley::guards {
namespace {

// A transaction that began before the last look may have committed after it, and clocks differ.
constexpr UnixMillis overlap_ms = 60'000;

bool over(UnixMillis ends, UnixMillis now) {
    return ends != 0 && ends <= now;
}

}  // namespace

void Silence::load() {
    std::vector<db::Takeover> rows;
    std::vector<db::AiWish> wishes;
    const auto now = unix_now();
    pool_.run(
        [&](pqxx::work& tx) {
            db::forget_ended_takeovers(tx);
            rows = db::read_changed_takeovers(tx, 0);
            wishes = db::read_changed_ai_wishes(tx, 0);
        },
        db::Rerun::safe);
    put(rows);
    put(wishes);
    read_until_ = now;
}

void Silence::start(const db::DatabaseOptions& database) {
    listener_ = std::make_unique<db::Listener>(
        database, "parley_silence", executor_, [this] { read_changes(); }, log_);
}

bool Silence::human_answers(AccountId account, const std::string& chat, UnixMillis now) const {
    const std::lock_guard lock(mutex_);
    if (ends_.empty()) return false;
    const auto found = ends_.find({account, chat});
    return found != ends_.end() && !over(found->second, now);
}

void Silence::put(const std::vector<db::Takeover>& rows) {
    const auto now = unix_now();
    const std::lock_guard lock(mutex_);
    for (const auto& row : rows) {
        if (over(row.ends, now))
            ends_.erase({row.account, row.chat});
        else
            ends_[{row.account, row.chat}] = row.ends;
    }
    std::erase_if(ends_, [&](const auto& entry) { return over(entry.second, now); });
}

void Silence::put(const std::vector<db::AiWish>& wishes) {
    const std::lock_guard lock(mutex_);
    for (const auto& wish : wishes) {
        if (wish.wanted)
            unwanted_.erase({wish.account, wish.person});
        else
            unwanted_.insert({wish.account, wish.person});
    }
}

bool Silence::unwanted(AccountId account, const std::string& person) const {
    const std::lock_guard lock(mutex_);
    return !unwanted_.empty() && unwanted_.count({account, person}) != 0;
}

void Silence::want(AccountId account, const std::string& person, bool wanted) {
    const db::AiWish wish{account, person, wanted};
    pool_.run([&](pqxx::work& tx) { db::write_ai_wish(tx, wish); }, db::Rerun::safe);
    put(std::vector{wish});
}

void Silence::read_changes() {
    auto rows = std::make_shared<std::vector<db::Takeover>>();
    auto wishes = std::make_shared<std::vector<db::AiWish>>();
    const auto now = unix_now();
    pool_.run_async(
        executor_,
        [rows, wishes, since = std::max<UnixMillis>(0, read_until_ - overlap_ms)](pqxx::work& tx) {
            *rows = db::read_changed_takeovers(tx, since);
            *wishes = db::read_changed_ai_wishes(tx, since);
        },
        [this, rows, wishes, now](const Result<void>& how) {
            // The listener calls again once it is connected again.
            if (!how) return log_.warn("takeovers.not_read", {{"why", how.error().message}});
            put(*rows);
            put(*wishes);
            read_until_ = std::max(read_until_, now);
        },
        db::Rerun::safe);
}

void Silence::change(std::function<bool(pqxx::work&)> write, Done done) {
    auto changed = std::make_shared<bool>(false);
    pool_.run_async(
        executor_, [changed, write = std::move(write)](pqxx::work& tx) { *changed = write(tx) || *changed; },
        [changed, done = std::move(done)](const Result<void>& how) mutable {
            if (!how) return done(how.error());
            done(*changed);
        },
        db::Rerun::safe);
}

void Silence::take(AccountId account, std::string chat, std::string by, UnixMillis ends, Done done) {
    db::Takeover row;
    row.account = account;
    row.chat = chat;
    row.by = std::move(by);
    row.ends = ends;
    change([row](pqxx::work& tx) { return db::write_takeover(tx, row); },
           [this, row, done = std::move(done)](Result<bool> taken) mutable {
               if (taken && *taken) {
                   put(std::vector{row});
                   log_.info("takeover.begins", {{"account", row.account}, {"by", row.by}});
               }
               done(std::move(taken));
           });
}

void Silence::give_back(AccountId account, std::string chat, Done done) {
    change([account, chat](pqxx::work& tx) { return db::end_takeover(tx, account, chat); },
           [this, account, chat, done = std::move(done)](Result<bool> ended) mutable {
               if (ended && *ended) {
                   const std::lock_guard lock(mutex_);
                   ends_.erase({account, chat});
               }
               done(std::move(ended));
           });
}

}  // namespace parley::guards
