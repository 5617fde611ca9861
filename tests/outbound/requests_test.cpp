// What other programs insert into `send_requests`.
#include "outbound/request_taker.hpp"

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
    std::string statuses() {
        return out.store.ask("select string_agg(status, ' ' order by id) from send_request_status");
    }

    SenderFixture out;
    db::Pool pool{out.store.options, Logger()};
    outbound::Feeder feeder{out.store.executor, pool, out.sender, out.store.ids};
    outbound::RequestTaker taker{out.store.executor, pool, feeder,
                                 [this](const std::string&) -> Result<outbound::Exit> {
                                     return outbound::Exit{out.store.account, "gateway"};
                                 },
                                 Logger()};
};

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
}

TEST_CASE("a request that somebody else took meanwhile leaves no pieces behind") {
    Requests requests;
    std::vector<Outbound> batch;
    Outbound long_one = requests.out.store.outbound("first part second part");
    const auto taken = requests.feeder.add(batch, long_one);
    const auto ours = requests.feeder.add(batch, requests.out.store.outbound("ours"));
    REQUIRE(batch.size() == 3);
    CHECK(taken == batch[1].id);
    bool fed = false;
    requests.feeder.feed(
        batch, [ours](pqxx::work&) { return std::vector<MessageId>{ours}; },
        [&](const Result<std::vector<MessageId>>& ids) {
            REQUIRE(ids);
            CHECK(*ids == std::vector<MessageId>{ours});
            fed = true;
        });
    requests.out.store.executor.run_until([&] { return fed; });
    requests.out.drain();
    CHECK(requests.out.channel->seen == Texts{"ours"});
}

}  // namespace
}  // namespace parley::test
