// The word that ends campaigns, and its confirmation.
#include "campaigns/opt_outs.hpp"

#include "outbound/sender_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("who opts out is told so, in the transaction that writes it") {
    SenderFixture out;
    db::Pool pool{out.store.options, Logger()};
    outbound::Feeder feeder{out.store.executor, pool, out.sender, out.store.ids};
    const config::Vault vault{Secret(std::string(32, 'k'))};
    config::Settings settings(vault);
    settings.apply("opt_out_reply", "You are off the list.");
    campaigns::OptOuts opt_outs(feeder, settings, Logger());
    const auto stop = [&] {
        auto message = out.store.inbound("S1", "Stop!");
        Result<void> written;
        bool over = false;
        opt_outs.look(message, [&] {
            return [&](Result<void> how) {
                written = std::move(how);
                over = true;
            };
        });
        CHECK(message.type == "opt_out");
        out.store.executor.run_until([&] { return over; });
        return written ? message.id : 0;
    };

    out.store.transact([](pqxx::work& tx) {
        tx.exec(
            "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$; "
            "create trigger refuse before insert on outbox for each row execute function refuse()");
    });
    CHECK(stop() == 0);
    CHECK(out.store.count("opt_outs") == "0");

    out.store.transact([](pqxx::work& tx) { tx.exec("drop trigger refuse on outbox"); });
    const auto id = stop();
    REQUIRE(id != 0);
    CHECK(out.store.count("opt_outs where opted_out") == "1");
    CHECK(out.store.ask("select cause from outbox") == std::to_string(id));
    out.wait_for({"You are off the list."});
    out.channel->accept("You are off the list.");
    out.drain();

    REQUIRE(stop() != 0);  // said again
    out.store.executor.run_posted();
    CHECK(out.channel->under_way().empty());
    CHECK(out.sender.waiting() == 0);
}

}  // namespace
}  // namespace parley::test
