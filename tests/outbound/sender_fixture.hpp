// A sender with a journal on a fresh database, and a channel at whose other end the test sits.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "db/store/queue_reader.hpp"
#include "db/store/send_requests.hpp"
#include "outbound/sender.hpp"
#include "store/journal_fixture.hpp"
#include "support/fake_channel.hpp"

namespace parley::test {

using Class = FakeChannel::Class;
using Texts = std::vector<std::string>;

class SenderFixture {
public:
    explicit SenderFixture(outbound::AccountLimits limits = {}, outbound::RetryRules rules = quick_rules())
        : sender(store.executor, *store.journal, workers, media, store.ids, table(), 1000, rules, metrics, Logger()) {
        sender.set_account(store.account, "account", channel, limits);
    }
    ~SenderFixture() { store.journal.reset(); }

    static outbound::RetryRules quick_rules() {
        outbound::RetryRules rules;
        rules.base_ms = 1;
        rules.longest_ms = 2;
        return rules;
    }

    // A second account, at the same channel.
    AccountId add_account(const std::string& name) {
        const auto id = store.add_account(name);
        sender.set_account(id, name, channel, {});
        return id;
    }

    // Committed and handed to the sender; does not wait until it is sent.
    MessageId put(const std::string& text, const std::string& chat = "A", const std::string& file = "") {
        auto message = store.outbound(text);
        message.chat = chat;
        if (!file.empty()) {
            message.kind = OutboundKind::media;
            message.media = media.put(file, "text/plain").value();
        }
        return put(std::move(message));
    }
    MessageId put(Outbound message) {
        bool committed = false;
        const auto id = sender.enqueue(std::move(message), [&](Result<void> written) {
            REQUIRE(written);
            committed = true;
        });
        store.executor.run_until([&] { return committed; });
        store.executor.run_posted();
        return id;
    }
    // Messages "0", "1", ... to one chat, as an earlier process leaves them in the table.
    void leave(int count) {
        std::vector<Outbound> rows;
        std::vector<MessageId> ids;
        for (int i = 0; i < count; ++i) {
            rows.push_back(store.outbound(std::to_string(i)));
            ids.push_back(rows.back().id);
        }
        store.transact([&](pqxx::work& tx) { db::insert_outbox(tx, rows, ids); });
    }
    // Lets time pass until it is so.
    template <class Condition>
    void wait_until(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            CAPTURE(channel->under_way());
            if (std::chrono::steady_clock::now() > give_up) FAIL("it did not come to that");
            store.executor.run_posted();
            if (condition()) return;
            if (store.executor.timers() > 0) {
                store.executor.fire_next();
            } else {
                store.executor.run_next();
            }
        }
    }
    // Lets time pass until the channel has exactly these.
    void wait_for(const Texts& texts) {
        wait_until([&] { return channel->under_way() == texts; });
    }
    // Until the outbox has let go of all but `left`.
    void drain(int left = 0) {
        store.executor.run_until([&] { return sender.waiting() == static_cast<std::size_t>(left); });
        CHECK(store.count("outbox") == std::to_string(left));
    }
    std::string ending_of(MessageId id) {
        return store.ask("select status || error from messages where id = " + std::to_string(id));
    }
    outbound::Sender::AccountState state() const { return sender.accounts().front(); }

    JournalFixture store;
    TempDirectory directory;
    WorkerPool workers{1};
    media::Store media{directory.path() + "/media"};
    Metrics metrics;
    std::shared_ptr<FakeChannel> channel = std::make_shared<FakeChannel>();
    outbound::Sender sender;

private:
    // What an earlier process left behind.
    outbound::Outbox::Table table() {
        return {[this](AccountId account, MessageId after, MessageId before, std::size_t limit, auto done) {
                    std::vector<Outbound> rows;
                    store.transact([&](pqxx::work& tx) { rows = db::read_outbox(tx, account, after, before, limit); });
                    store.executor.post(
                        [rows = std::move(rows), done = std::move(done)]() mutable { done(std::move(rows)); });
                },
                [this](auto done) {
                    std::vector<AccountId> rows;
                    store.transact([&](pqxx::work& tx) { rows = db::read_outbox_accounts(tx); });
                    store.executor.post(
                        [rows = std::move(rows), done = std::move(done)]() mutable { done(std::move(rows)); });
                }};
    }
};

}  // namespace parley::test
