#include "db/store/campaigns.hpp"

#include "db/store/history.hpp"
#include "db/store/send_requests.hpp"
#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

struct CampaignFixture : JournalFixture {
    db::CampaignId make(const std::vector<std::string>& chats) {
        db::CampaignId id = 0;
        transact([&](pqxx::work& tx) {
            db::Campaign campaign;
            campaign.account = account;
            campaign.name = "spring";
            campaign.kind = "text";
            campaign.body = "hello {{1}}";
            campaign.rate = 10;
            id = db::insert_campaign(tx, campaign);
        });
        add(id, chats);
        return id;
    }
    db::Added add(db::CampaignId id, const std::vector<std::string>& chats, std::int64_t first = 1) {
        std::vector<db::CampaignRecipient> rows;
        rows.reserve(chats.size());
        for (const auto& chat : chats) rows.push_back({first++, chat, chat, R"(["you"])", {}});
        db::Added added;
        transact([&](pqxx::work& tx) { added = db::add_recipients(tx, id, rows); });
        return added;
    }
    void start(db::CampaignId id) {
        transact([&](pqxx::work& tx) { db::start_campaign(tx, id, ""); });
    }
    std::vector<MessageId> claim(db::CampaignId id, const std::vector<db::RecipientClaim>& claims) {
        std::vector<MessageId> ours;
        transact([&](pqxx::work& tx) { ours = db::claim_recipients(tx, id, claims); });
        return ours;
    }
    db::Campaign read(db::CampaignId id) {
        db::Campaign campaign;
        transact([&](pqxx::work& tx) { campaign = *db::read_campaign(tx, id); });
        return campaign;
    }
    bool opt(const std::string& person, bool out, UnixMillis at) {
        bool changed = false;
        transact([&](pqxx::work& tx) { changed = db::write_opt_out(tx, account, {person}, out, at, "word"); });
        return changed;
    }
};

TEST_CASE("nobody is in a campaign twice, and a chunk that comes again changes nothing") {
    CampaignFixture store;
    const auto id = store.make({"1@s", "2@s", "1@s"});
    CHECK(store.read(id).recipients == 2);
    CHECK(store.read(id).duplicates == 1);
    const auto again = store.add(id, {"1@s", "2@s"});
    CHECK(again.added == 0);
    CHECK(again.duplicates == 0);
    CHECK(store.read(id).recipients == 2);
}

TEST_CASE("a recipient is claimed once, whoever asks again") {
    CampaignFixture store;
    const auto id = store.make({"1@s", "2@s"});
    store.start(id);
    const auto first = store.ids.next(), second = store.ids.next(), third = store.ids.next();
    CHECK(store.claim(id, {{1, first, "1", {}}, {2, second, "2", {}}}) == std::vector<MessageId>{first, second});
    // The same call, after an answer that was lost.
    CHECK(store.claim(id, {{1, first, "1", {}}, {2, second, "2", {}}}).size() == 2);
    CHECK(store.claim(id, {{1, third, "1", {}}}).empty());
    CHECK(store.read(id).queued == 2);
    CHECK(store.read(id).waiting() == 0);
}

TEST_CASE("a paused or cancelled campaign lets nobody be claimed") {
    CampaignFixture store;
    const auto id = store.make({"1@s"});
    store.start(id);
    store.transact([&](pqxx::work& tx) { db::change_campaign(tx, id, {"running"}, "paused", "quality"); });
    CHECK(store.claim(id, {{1, store.ids.next(), "1", {}}}).empty());
    CHECK(store.read(id).reason == "quality");
    CHECK(store.read(id).waiting() == 1);
    CHECK_THROWS_AS(store.transact([&](pqxx::work& tx) { db::start_campaign(tx, id, ""); }), ErrorException);
    store.transact([&](pqxx::work& tx) { db::change_campaign(tx, id, {"paused"}, "cancelled"); });
    CHECK_THROWS_AS(store.transact([&](pqxx::work& tx) { db::change_campaign(tx, id, {"paused"}, "running"); }),
                    ErrorException);
}

TEST_CASE("who opted out is skipped, who came back is not, and an old word changes nothing") {
    CampaignFixture store;
    CHECK_FALSE(store.opt("1", false, 500));  // coming back without having left
    CHECK(store.opt("1", true, 1000));
    CHECK_FALSE(store.opt("1", true, 1000));
    CHECK(store.opt("2", true, 1000));
    CHECK(store.opt("2", false, 2000));
    CHECK_FALSE(store.opt("2", true, 1000));  // delivered again
    const auto id = store.make({"1@s", "2@s"});
    store.start(id);
    const auto first = store.ids.next(), second = store.ids.next();
    CHECK(store.claim(id, {{1, first, "1", {}}, {2, second, "2", {}}}) == std::vector<MessageId>{second});
    CHECK(store.read(id).skipped == 1);
    CHECK(store.ask("select status from campaign_results where n = 1") == "skipped");
}

TEST_CASE("who opted out under one name is skipped under all names of theirs, and lists tell since when") {
    CampaignFixture store;
    store.transact([&](pqxx::work& tx) {
        tx.exec("insert into contacts (organisation_id, name, phone) values (1, 'Ada', '11'), (1, 'Bob', '22')");
        tx.exec(
            "insert into contact_identities (organisation_id, kind, value, contact_id) "
            "select 1, i.kind, i.value, c.id from contacts c join (values ('Ada', 'phone', '11'), "
            "('Ada', 'user_id', 'PK.1'), ('Bob', 'phone', '22')) as i(name, kind, value) on i.name = c.name");
    });
    CHECK(store.opt("PK.1", true, 1'700'000'000'000));
    const auto id = store.make({"11@s", "22@s"});
    store.start(id);
    const auto first = store.ids.next(), second = store.ids.next();
    CHECK(store.claim(id, {{1, first, "11", {}}, {2, second, "22", {}}}) == std::vector<MessageId>{second});
    store.transact([&](pqxx::work& tx) {
        const auto contacts = db::list_contacts(tx, {}, {}).items;
        REQUIRE(contacts.size() == 2);
        CHECK(contacts[0].opted_out_at.empty());
        CHECK(contacts[1].opted_out_at == "2023-11-14T22:13:20.000Z");
    });
}

TEST_CASE("results follow the messages") {
    CampaignFixture store;
    const auto id = store.make({"1@s", "2@s"});
    store.start(id);
    auto message = store.outbound("hello you");
    store.transact([&](pqxx::work& tx) {
        db::insert_outbox(tx, {message},
                          db::claim_recipients(tx, id, {{1, message.id, "1", {}}, {2, 0, "", "too long"}}));
    });
    const auto status = [&](const std::string& n) {
        return store.ask("select status || ' ' || error from campaign_results where n = " + n);
    };
    CHECK(status("1") == "queued ");
    CHECK(status("2") == "invalid too long");
    store.sent(message.id, "P1");
    CHECK(status("1") == "sent ");
    std::vector<std::pair<std::string, std::int64_t>> counts;
    store.transact([&](pqxx::work& tx) { counts = db::count_results(tx, id); });
    CHECK(counts == std::vector<std::pair<std::string, std::int64_t>>{{"invalid", 1}, {"sent", 1}});
    store.transact([&](pqxx::work& tx) { CHECK(db::finish_campaign(tx, id)); });
    CHECK(store.read(id).state == "done");
}

TEST_CASE("a recipient whose message went out in pieces has the state of the piece that is worst off") {
    CampaignFixture store;
    const auto id = store.make({"1@s", "2@s"});
    store.start(id);
    const std::vector<Outbound> pieces{store.outbound("first"), store.outbound("second")};
    const auto other = store.outbound("short");
    store.transact([&](pqxx::work& tx) {
        db::claim_recipients(tx, id,
                             {{1, pieces[1].id, "1", {}, {pieces[0].id, pieces[1].id}}, {2, other.id, "2", {}}});
        db::insert_outbox(tx, {pieces[0], pieces[1], other}, {pieces[0].id, pieces[1].id, other.id});
    });
    const auto status = [&] { return store.ask("select status || ' ' || error from campaign_results where n = 1"); };
    CHECK(status() == "queued ");
    store.sent(pieces[0].id, "P1");
    CHECK(status() == "queued ");
    store.sent(pieces[1].id, "P2");
    store.sent(other.id, "P3");
    CHECK(status() == "sent ");
    StatusUpdate update;
    update.account = store.account;
    update.provider_ids = {"P1"};
    update.status = DeliveryStatus::failed;
    update.reason = "no such number";
    REQUIRE(store.report(update));
    CHECK(status() == "failed no such number");
    std::vector<std::pair<std::string, std::int64_t>> counts;
    store.transact([&](pqxx::work& tx) { counts = db::count_results(tx, id); });
    CHECK(counts == std::vector<std::pair<std::string, std::int64_t>>{{"failed", 1}, {"sent", 1}});
}

TEST_CASE("a campaign without anybody to send to does not start, and a time that is none is told") {
    CampaignFixture store;
    const auto empty = store.make({});
    CHECK_THROWS_AS(store.start(empty), ErrorException);
    const auto id = store.make({"1@s"});
    CHECK_THROWS(store.transact([&](pqxx::work& tx) { db::start_campaign(tx, id, "soon"); }));
    store.transact([&](pqxx::work& tx) { db::start_campaign(tx, id, "2030-01-01 10:00"); });
    CHECK(store.read(id).state == "scheduled");
    store.transact([&](pqxx::work& tx) { CHECK_FALSE(db::begin_scheduled_campaign(tx, id)); });
}

TEST_CASE("what is told about a template holds for all numbers of the business") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) {
        for (const std::string name : {"one", "two", "other", "bare"}) db::ensure_account(tx, "cloud", name);
        tx.exec("update accounts set config = '{\"waba_id\": \"17\"}' where name in ('one', 'two', 'gateway')");
        tx.exec("update accounts set config = '{\"waba_id\": \"18\"}' where name = 'other'");
        const auto one = db::ensure_account(tx, "cloud", "one"), bare = db::ensure_account(tx, "cloud", "bare");
        db::write_template_category(tx, one, "offer", "en", "UTILITY");  // of none that is known
        db::write_template_status(tx, one, "offer", "en", "APPROVED");
        db::write_template_category(tx, one, "offer", "en", "MARKETING");
        db::write_template_status(tx, bare, "order", "en", "REJECTED");
    });
    CHECK(store.ask("select string_agg(concat_ws(' ', a.name, t.name, t.status, t.category), ', ' order by a.name) "
                    "from templates t join accounts a on a.id = t.account_id") ==
          "bare order REJECTED , one offer APPROVED MARKETING, two offer APPROVED MARKETING");
}

TEST_CASE("a request to send is taken once and refused with words") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) {
        tx.exec("insert into send_requests (recipient, body) values ('1', 'a'), ('2', 'b'), ('3', 'c')");
    });
    std::vector<db::SendRequest> requests;
    store.transact([&](pqxx::work& tx) { requests = db::read_send_requests(tx, 0, {}, 10); });
    REQUIRE(requests.size() == 3);
    auto message = store.outbound("a");
    const auto take = [&](MessageId id) {
        std::vector<MessageId> taken;
        store.transact([&](pqxx::work& tx) {
            db::refuse_send_requests(tx, {{requests[1].id, "no such \"account\" \\"}});
            taken = db::claim_send_requests(tx, {{requests[0].id, {id, {}}}});
            auto copy = message;
            copy.id = id;
            db::insert_outbox(tx, {copy}, taken);
        });
        return taken;
    };
    CHECK(take(message.id) == std::vector<MessageId>{message.id});
    CHECK(take(message.id) == std::vector<MessageId>{message.id});
    CHECK(take(store.ids.next()).empty());
    CHECK(store.count("outbox") == "1");
    CHECK(store.ask("select error from send_request_status where status = 'refused'") == "no such \"account\" \\");
    CHECK(store.ask("select recipient from send_request_status where status = 'queued'") == "1");
    store.transact([&](pqxx::work& tx) { requests = db::read_send_requests(tx, 0, {}, 10); });
    CHECK(requests.size() == 1);
}

}  // namespace
}  // namespace parley::test
