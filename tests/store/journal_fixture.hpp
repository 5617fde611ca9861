// A journal on a fresh database, driven step by step: each call waits for its completion, with a deadline.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "db/store/accounts.hpp"
#include "db/store/journal.hpp"
#include "db/store/repositories.hpp"
#include "support/manual_executor.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"

namespace parley::test {

class JournalFixture {
public:
    explicit JournalFixture(unsigned connections = 2)
        : options(TestDatabase::options(TestDatabase::instance().migrated_database())) {
        transact([&](pqxx::work& tx) { account = db::ensure_account(tx, "gateway", "gateway"); });
        db::JournalOptions journal_options;
        journal_options.connections = connections;
        journal = std::make_unique<db::Journal>(options, journal_options, executor, Logger());
    }

    AccountId add_account(const std::string& name) {
        AccountId id = 0;
        transact([&](pqxx::work& tx) { id = db::ensure_account(tx, "gateway", name); });
        return id;
    }

    Inbound inbound(std::string provider_id, std::string text = "hello") {
        Inbound message;
        message.id = ids.next();
        message.account = account;
        message.provider_id = std::move(provider_id);
        message.chat = "923001234567@s.whatsapp.net";
        message.sender = "923001234567";
        message.text = std::move(text);
        message.trace = make_trace();
        message.timestamp = unix_now();
        return message;
    }
    Outbound outbound(std::string text, MessageId cause = 0) {
        Outbound message;
        message.id = ids.next();
        message.account = account;
        message.chat = "923001234567@s.whatsapp.net";
        message.text = std::move(text);
        message.cause = cause;
        message.trace = make_trace();
        return message;
    }

    Result<db::Admission> admit(const Inbound& message) {
        return wait<Result<db::Admission>>([&](auto done) { journal->admit(message, std::move(done)); });
    }
    Result<db::Settlement> settle(MessageId id, const Effects& effects) {
        return wait<Result<db::Settlement>>(
            [&](auto done) { journal->settle(id, std::make_shared<const Effects>(effects), std::move(done)); });
    }
    Result<void> enqueue(const Outbound& message) {
        return wait<Result<void>>([&](auto done) { journal->enqueue({message}, std::move(done)); });
    }
    Result<db::Reported> report(StatusUpdate update) {
        return wait<Result<db::Reported>>([&](auto done) { journal->report(std::move(update), std::move(done)); });
    }
    Result<void> fire_timer(const Inbound& timer, UnixMillis due) {
        return wait<Result<void>>([&](auto done) { journal->fire_timer(timer, due, std::move(done)); });
    }
    void sent(MessageId id, const std::string& provider_id) {
        bool over = false;
        journal->sent(id, provider_id, [&](const Result<void>&) { over = true; });
        executor.run_until([&] { return over; });
    }
    void failed(MessageId id, const std::string& reason) {
        bool over = false;
        journal->failed(id, reason, [&](const Result<void>&) { over = true; });
        executor.run_until([&] { return over; });
    }

    template <class Body>
    void transact(Body body) {
        const auto connection = db::connect(options, "test");
        pqxx::work tx(*connection);
        body(tx);
        tx.commit();
    }
    // The one value that a query gives; "(none)" for no row.
    std::string ask(const std::string& sql) {
        std::string answer = "(none)";
        transact([&](pqxx::work& tx) {
            const auto rows = tx.exec(sql);
            if (!rows.empty()) answer = rows[0][0].c_str();
        });
        return answer;
    }
    std::string count(const std::string& what) { return ask("select count(*) from " + what); }

    template <class Answer, class Begin>
    Answer wait(Begin begin) {
        std::optional<Answer> answer;
        begin(UniqueFunction<void(Answer)>([&](Answer given) { answer = std::move(given); }));
        executor.run_until([&] { return answer.has_value(); });
        return std::move(*answer);
    }

    db::DatabaseOptions options;
    AccountId account = 0;
    IdGenerator ids;
    ManualExecutor executor;
    std::unique_ptr<db::Journal> journal;
};

inline bool accepted(const Result<db::Admission>& how) {
    return how && *how == db::Admission::accepted;
}
inline bool duplicate(const Result<db::Admission>& how) {
    return how && *how == db::Admission::duplicate;
}
inline bool committed(const Result<db::Settlement>& how) {
    return how && *how == db::Settlement::committed;
}

}  // namespace parley::test
