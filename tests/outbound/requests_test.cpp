// What other programs insert into `send_requests`.
#include "outbound/request_taker.hpp"

#include <algorithm>

#include "outbound/sender_fixture.hpp"

namespace parley::test {
namespace {

using Catch::Matchers::Contains;

class Requests {
public:
    Requests() {
        out.channel->can.max_text = 14;
        out.channel->answers_at_once = true;
    }

    void insert(const std::string& values) {
        out.store.transact(
            [&](pqxx::work& tx) { tx.exec("insert into send_requests (recipient, body) values " + values); });
    }
    void insert_for(const std::string& values) {
        out.store.transact(
            [&](pqxx::work& tx) { tx.exec("insert into send_requests (account, recipient, body) values " + values); });
    }
    std::string statuses() {
        return out.store.ask("select string_agg(status, ' ' order by id) from send_request_status");
    }

    SenderFixture out;
    AccountId other = 0;
    db::Pool pool{out.store.options, Logger()};
    outbound::Feeder feeder{out.store.executor, pool, out.sender, out.store.ids};
    outbound::RequestTaker taker{
        out.store.executor, pool, feeder,
        [this](const std::string& name) -> Result<outbound::Exit> {
            return outbound::Exit{name == "other" ? other : out.store.account, "gateway", out.channel->can};
        },
        Logger()};
};

TEST_CASE("requests of an account that has no room wait in their table, and others go on") {
    Requests requests;
    auto& out = requests.out;
    out.channel->answers_at_once = false;
    const auto other = out.add_account("other");
    requests.other = other;
    out.leave(600);  // of 1000
    out.sender.recover();
    out.wait_for({"0"});
    requests.insert_for("('', '491601', 'behind them'), ('other', '491602', 'of the other')");
    requests.taker.start();
    out.wait_until([&] { return out.channel->under_way() == Texts{"0", "of the other"}; });
    CHECK(requests.statuses() == "new queued");

    out.channel->answers_at_once = true;
    out.channel->accept("0");
    out.wait_until([&] { return requests.statuses() == "sent queued"; });
    CHECK(std::count(out.channel->seen.begin(), out.channel->seen.end(), "behind them") == 1);
    requests.taker.stop();
}

TEST_CASE("a long text that another program inserts goes out in pieces, in order, as one request") {
    Requests requests;
    requests.insert("('491601', 'first part second part'), ('491601', 'short'), ('491602', '')");
    requests.taker.start();
    requests.out.store.executor.run_until([&] { return requests.out.channel->seen.size() == 3; });
    requests.out.store.executor.run_until([&] { return requests.statuses() == "sent sent refused"; });
    CHECK(requests.out.channel->seen == Texts{"first part", "second part", "short"});
    CHECK(requests.out.store.count("messages") == "3");
    // The request stands for its last piece: it is sent when all is.
    CHECK(requests.out.store.ask("select m.body from messages m join send_requests r on r.message_id = m.id "
                                 "where r.id = 1") == "second part");
    CHECK_THAT(requests.out.store.ask("select error from send_requests where id = 3"), Contains("nothing to send"));
    requests.taker.stop();

    // Its state is that of the piece that is worst off.
    const auto report = [&](const std::string& piece, DeliveryStatus status) {
        StatusUpdate update;
        update.account = requests.out.store.account;
        update.provider_ids = {requests.out.store.ask("select provider_id from messages where body = '" + piece + "'")};
        update.status = status;
        if (status == DeliveryStatus::failed) update.reason = "expired";
        REQUIRE(requests.out.store.report(update));
    };
    report("second part", DeliveryStatus::read);
    CHECK(requests.statuses() == "sent sent refused");
    report("first part", DeliveryStatus::delivered);
    CHECK(requests.statuses() == "delivered sent refused");
    report("first part", DeliveryStatus::failed);
    CHECK(requests.statuses() == "failed sent refused");
    CHECK(requests.out.store.ask("select error from send_request_status where id = 1") == "expired");
}

TEST_CASE("other programs quote, react, edit, revoke and ask, by our id of a message or the provider's") {
    Requests requests;
    auto& out = requests.out;
    out.channel->can = {.reaction = true, .poll = true, .corrections = true};
    out.channel->answers_at_once = false;
    const std::string chat = "491601@s.whatsapp.net";
    const auto ours = out.put("ours", chat);
    out.channel->accept("ours");
    out.drain();
    const auto elsewhere = out.put("elsewhere", "491609@s.whatsapp.net");
    const auto insert = [&](const std::string& kind, const std::string& body, const std::string& reply_to,
                            const std::string& payload = "") {
        out.store.transact([&](pqxx::work& tx) {
            tx.exec_params(
                "insert into send_requests (recipient, kind, body, reply_to, payload) values ('491601', $1, $2, $3, "
                "$4)",
                kind, body, reply_to, payload);
        });
    };
    const std::string id = std::to_string(ours);
    insert("text", "quoting", id);
    insert("reaction", "👍", "wamid.theirs");
    insert("edit", "better", id);
    insert("revoke", "", id);
    insert("poll", "", "", R"({"question": "Lunch?", "options": ["Yes", "No"]})");
    insert("edit", "", id);
    insert("revoke", "", "");
    insert("text", "of another chat", std::to_string(elsewhere));
    requests.taker.start();
    std::vector<Outbound> sent;
    out.wait_until([&] {
        for (const auto& [message, done] : out.channel->waiting)
            if (message.chat == chat) sent.push_back(message);
        if (!sent.empty() && out.channel->waiting.back().first.chat == chat) {
            auto done = std::move(out.channel->waiting.back().second);
            out.channel->waiting.pop_back();
            done(channels::Sent{"Q" + std::to_string(sent.size())});
        }
        return sent.size() == 5;
    });
    CHECK(sent[0].text == "quoting");
    CHECK(sent[0].reply_to == "P" + id);
    CHECK(sent[1].kind == OutboundKind::reaction);
    CHECK(sent[1].text == "👍");
    CHECK(sent[1].reply_to == "wamid.theirs");
    CHECK(sent[2].kind == OutboundKind::edit);
    CHECK(sent[2].text == "better");
    CHECK(sent[2].reply_to == "P" + id);
    CHECK(sent[3].kind == OutboundKind::revoke);
    CHECK(sent[3].reply_to == "P" + id);
    CHECK(sent[4].kind == OutboundKind::poll);
    CHECK_THAT(sent[4].payload, Contains("Lunch?"));
    const auto refused = [&](int number) {
        return out.store.ask("select error from send_request_status where id = " + std::to_string(number));
    };
    CHECK_THAT(refused(6), Contains("kind edit needs \"body\""));
    CHECK_THAT(refused(7), Contains("kind revoke needs \"reply_to\""));
    CHECK_THAT(refused(8), Contains("is of another chat"));
    requests.taker.stop();
}

TEST_CASE("a request that somebody else took meanwhile leaves no pieces behind") {
    Requests requests;
    std::vector<Outbound> batch;
    Outbound long_one = requests.out.store.outbound("first part second part");
    const auto taken = requests.feeder.add(batch, long_one);
    const auto ours = requests.feeder.add(batch, requests.out.store.outbound("ours"));
    REQUIRE(batch.size() == 3);
    CHECK(taken.all == std::vector<MessageId>{batch[0].id, batch[1].id});
    CHECK(taken.last == batch[1].id);
    CHECK(ours.all.empty());
    bool fed = false;
    requests.feeder.feed(
        batch, [ours](pqxx::work&) { return std::vector<MessageId>{ours.last}; },
        [&](const Result<std::vector<MessageId>>& ids) {
            REQUIRE(ids);
            CHECK(*ids == std::vector<MessageId>{ours.last});
            fed = true;
        });
    requests.out.store.executor.run_until([&] { return fed; });
    requests.out.drain();
    CHECK(requests.out.channel->seen == Texts{"ours"});
}

}  // namespace
}  // namespace parley::test
