#include "db/store/api_ledger.hpp"

#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

using What = db::ChangeBegun::What;

// Requests to the API with one key, as the gate writes them down.
struct Requests {
    JournalFixture store;
    int attempts = 0;

    db::ChangeBegun begin() { return begin(std::to_string(++attempts)); }
    db::ChangeBegun begin(const std::string& attempt) {
        db::ChangeStart start;
        start.actor_kind = "local";
        start.action = "sendMessage";
        start.target = "/api/v1/messages";
        start.key = "k";
        start.fingerprint = "same";
        start.attempt = attempt;
        db::ChangeBegun begun;
        store.transact([&](pqxx::work& tx) { begun = db::begin_change(tx, start); });
        return begun;
    }
    void end(const db::ChangeBegun& begun, int status, bool not_begun = false) {
        db::ChangeEnd end;
        end.audit = begun.audit;
        end.actor_kind = "local";
        end.key = "k";
        end.status = status;
        end.not_begun = not_begun;
        store.transact([&](pqxx::work& tx) { db::end_change(tx, end); });
    }
};

TEST_CASE("what may have been carried out is not carried out again with its key") {
    Requests requests;
    const auto first = requests.begin();
    REQUIRE(first.what == What::fresh);
    requests.end(first, 503);
    CHECK(requests.begin().what == What::unanswered);
    CHECK(requests.store.ask("select status from audit_log") == "503");
}

TEST_CASE("what was certainly not begun gives its key back, what was answered keeps it") {
    Requests requests;
    requests.end(requests.begin(), 503, true);
    const auto second = requests.begin();
    REQUIRE(second.what == What::fresh);
    requests.end(second, 202);
    const auto third = requests.begin();
    CHECK(third.what == What::answered);
    CHECK(third.status == 202);
}

TEST_CASE("who did not hear that the key was taken finds it again as theirs") {
    Requests requests;
    REQUIRE(requests.begin("one").what == What::fresh);  // committed, and the answer got lost
    CHECK(requests.begin("another").what == What::unanswered);
    CHECK(requests.begin("one").what == What::fresh);
}

TEST_CASE("a key is free again a day after it was taken, whatever became of its request") {
    Requests requests;
    const auto first = requests.begin();
    const auto meanwhile = requests.begin();
    CHECK(meanwhile.what == What::unanswered);
    CHECK(meanwhile.free_at == requests.store.ask("select to_char((created_at + interval '1 day') at time zone 'utc', "
                                                  "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from api_requests"));
    const auto a_day_passes = [&] {
        requests.store.transact(
            [](pqxx::work& tx) { tx.exec("update api_requests set created_at = now() - interval '25 hours'"); });
    };
    a_day_passes();
    const auto second = requests.begin();
    REQUIRE(second.what == What::fresh);
    CHECK(second.audit != first.audit);
    requests.end(second, 202);
    CHECK(requests.begin().what == What::answered);
    a_day_passes();
    CHECK(requests.begin().what == What::fresh);
    CHECK(requests.begin().what == What::unanswered);
}

}  // namespace
}  // namespace parley::test
