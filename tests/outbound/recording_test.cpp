// What was sent, given up or withdrawn while the database refuses to record it.
#include "outbound/sender_fixture.hpp"

namespace parley::test {
namespace {

// The database will not have it in history, however often it is asked.
void curse(SenderFixture& out) {
    out.store.transact([](pqxx::work& tx) {
        tx.exec(
            "create function refuse() returns trigger language plpgsql as "
            "$$ begin raise exception 'not this one'; end $$; "
            "create trigger refuse before insert on messages for each row when (new.body = 'cursed') "
            "execute function refuse()");
    });
}

void lift_curse(SenderFixture& out) {
    out.store.transact([](pqxx::work& tx) { tx.exec("drop trigger refuse on messages"); });
}

TEST_CASE("what was sent and cannot be recorded is not sent again, and its chat goes on") {
    SenderFixture out;
    curse(out);
    out.put("cursed");
    out.put("next");
    out.channel->accept("cursed");
    out.wait_for({"next"});
    out.channel->accept("next");
    out.store.executor.run_until([&] { return out.sender.waiting() == 0; });
    CHECK(out.store.ask("select string_agg(body, ' ') from outbox") == "cursed");

    out.sender.recover();  // reads the table again
    out.store.executor.run_until([&] { return out.sender.has_room(out.store.account); });
    CHECK(out.sender.waiting() == 0);
    CHECK(out.channel->seen == Texts{"cursed", "next"});

    lift_curse(out);
    out.store.executor.fire_next();
    out.store.executor.run_until([&] { return out.store.count("outbox") == "0"; });
    CHECK(out.store.ask("select status from messages where body = 'cursed'") == "sent");
}

TEST_CASE("that a message was given up is written once the database lets it, and its chat goes on") {
    SenderFixture out;
    curse(out);
    const auto id = out.put("cursed");
    out.put("next");
    out.channel->refuse("cursed", Class::permanent);
    out.wait_for({"next"});
    CHECK(out.store.count("outbox where body = 'cursed'") == "1");
    out.channel->accept("next");
    out.store.executor.run_until([&] { return out.sender.waiting() == 0; });

    lift_curse(out);
    out.store.executor.fire_next();
    out.store.executor.run_until([&] { return out.store.count("outbox") == "0"; });
    CHECK(out.ending_of(id) == "failedbecause");
    CHECK(out.store.count("dead_letters") == "1");
    CHECK(out.channel->seen == Texts{"cursed", "next"});
}

TEST_CASE("a message whose withdrawal the database refuses waits on, and whoever asked for it is told") {
    outbound::AccountLimits limits;
    limits.concurrency = 1;
    SenderFixture out(limits);
    curse(out);
    out.put("first", "A");
    const auto behind = out.put("cursed", "A"), ready = out.put("cursed", "B");
    int refused = 0;
    const auto count = [&](const Result<void>& written) { refused += written ? 0 : 1; };
    CHECK(out.sender.drop(behind, "not wanted", count));
    CHECK(out.sender.drop(ready, "not wanted", count));
    out.store.executor.run_until([&] { return refused == 2; });
    lift_curse(out);
    for (const char* text : {"first", "cursed", "cursed"}) {
        out.wait_for({text});
        out.channel->accept(text);
    }
    out.drain();
    CHECK(out.ending_of(behind) == "sent");
    CHECK(out.ending_of(ready) == "sent");
}

}  // namespace
}  // namespace parley::test
