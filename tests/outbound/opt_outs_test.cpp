// The word that ends campaigns, and its confirmation.
#include "campaigns/opt_outs.hpp"

#include "campaigns/message.hpp"
#include "db/store/campaigns.hpp"
#include "outbound/sender_fixture.hpp"

namespace parley::test {
namespace {

struct OptOutsFixture : SenderFixture {
    db::Pool pool{store.options, Logger()};
    outbound::Feeder feeder{store.executor, pool, sender, store.ids};
    const config::Vault vault{Secret(std::string(32, 'k'))};
    config::Settings settings{vault};
    campaigns::OptOuts opt_outs{feeder, settings, Logger()};

    // The message's id; 0: it could not be written.
    MessageId stop(const std::string& number = "923001234567") {
        auto message = store.inbound("S1", "Stop!");
        message.chat = number + "@s.whatsapp.net";
        message.identities = {{IdentityKind::phone, number}};
        Result<void> written;
        bool over = false;
        opt_outs.look(message, [&] {
            return [&](Result<void> how) {
                written = std::move(how);
                over = true;
            };
        });
        CHECK(message.type == "opt_out");
        store.executor.run_until([&] { return over; });
        return written ? message.id : 0;
    }
};

TEST_CASE("who opts out is told so, in the transaction that writes it") {
    OptOutsFixture out;
    out.settings.apply("opt_out_reply", "You are off the list.");
    const auto stop = [&] { return out.stop(); };

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

TEST_CASE("who opted out at the provider has opted out here, until they say that they are back") {
    OptOutsFixture out;
    const auto now = unix_now();
    const auto gone = [&] {
        return out.store.ask(
            "select coalesce(string_agg(person, ' ' order by person), '') from opt_outs "
            "where opted_out and source = 'provider'");
    };
    auto message = out.store.outbound("offer");
    message.chat = "whatsapp:+5215512345678";
    out.opt_outs.refused(message);
    out.store.executor.run_until([&] { return gone() == "525512345678"; });

    StatusUpdate report;
    report.account = out.store.account;
    report.status = DeliveryStatus::failed;
    report.timestamp = now;
    const auto look = [&] {
        int open = 0;
        out.opt_outs.look(report, [&] {
            ++open;
            return [&](const Result<void>& written) {
                CHECK(written);
                --open;
            };
        });
        out.store.executor.run_until([&] { return open == 0; });
    };
    look();  // failed for another reason
    CHECK(gone() == "525512345678");
    report.opted_out = {{IdentityKind::phone, "16505551234"}, {IdentityKind::user_id, "US.1"}};
    look();
    CHECK(gone() == "16505551234 525512345678 US.1");
    out.store.transact([&](pqxx::work& tx) {
        db::write_opt_out(tx, out.store.account, {"16505551234", "US.1"}, false, now + 1, "word");
    });
    look();  // told again
    CHECK(gone() == "525512345678");
}

TEST_CASE("who opted out gets no campaign however their number is spelt, and nobody gets it in two spellings") {
    OptOutsFixture out;
    out.settings.apply("opt_out_reply", "");
    const std::pair<std::string, std::string> numbers[] = {
        {"5511987654321", "551187654321"}, {"5215512345678", "525512345678"}, {"5491112345678", "541112345678"}};
    for (const auto& [longer, shorter] : numbers) {
        for (const auto& said : {longer, shorter}) {
            CAPTURE(said);
            out.store.transact([](pqxx::work& tx) { tx.exec("delete from opt_outs"); });
            db::Campaign campaign;
            campaign.account = out.store.account;
            campaign.name = campaign.body = "spring";
            campaign.kind = "text";
            std::vector<db::CampaignRecipient> recipients;
            std::vector<db::RecipientClaim> claims;
            for (const auto& number : {longer, shorter, std::string("923001234567")}) {
                const auto chat = number + "@s.whatsapp.net";
                const auto n = static_cast<std::int64_t>(recipients.size()) + 1;
                recipients.push_back({n, chat, campaigns::person_of(chat), "[]", {}});
                claims.push_back({n, out.store.ids.next(), campaigns::person_of(chat), {}});
            }
            REQUIRE(out.stop(said) != 0);
            out.store.transact([&](pqxx::work& tx) {
                campaign.id = db::insert_campaign(tx, campaign);
                CHECK(db::add_recipients(tx, campaign.id, recipients).duplicates == 1);
                db::start_campaign(tx, campaign.id, "");
                CHECK(db::claim_recipients(tx, campaign.id, claims) == std::vector<MessageId>{claims[2].message});
                CHECK(db::read_campaign(tx, campaign.id)->skipped == 1);
            });
        }
    }
}

}  // namespace
}  // namespace parley::test
