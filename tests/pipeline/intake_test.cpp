#include "pipeline/pipeline_fixture.hpp"

namespace parley::test {
namespace {

using Outcome = pipeline::Intake::Outcome;
using Texts = std::vector<std::string>;

TEST_CASE("a webhook is answered when its message is committed, and the message is handled") {
    PipelineFixture host;
    CHECK(host.webhook("P1", "/trouble not today") == Outcome::stored);
    CHECK(host.store.count("messages where direction = 0") == "1");
    host.finish();
    CHECK(host.channel->seen == Texts{"survived not today"});
    CHECK(host.store.ask("select cause is not null from messages where direction = 1") == "t");
}

TEST_CASE("a message that comes twice is answered twice and handled once") {
    PipelineFixture host;
    for (int i = 0; i < 3; ++i) CHECK(host.webhook("P1", "/trouble x") == Outcome::stored);
    host.finish();
    CHECK(host.webhook("P1", "/trouble x") == Outcome::stored);
    CHECK(host.webhook("P2", "/trouble y") == Outcome::stored);
    host.finish();
    CHECK(host.channel->seen == Texts{"survived x", "survived y"});
}

TEST_CASE("the same message twice in one body is handled once") {
    PipelineFixture host;
    const auto message = host.store.inbound("P1", "/trouble x");
    host.channel->decoded.messages = {message, message};
    CHECK(host.webhook(host.intake, {}) == Outcome::stored);
    host.finish();
    CHECK(host.channel->seen == Texts{"survived x"});
}

TEST_CASE("who cannot prove who they are changes nothing") {
    PipelineFixture host;
    net::Request request;
    request.headers.set("X-Bad", "1");
    CHECK(host.webhook(host.intake, request) == Outcome::unauthorized);
    CHECK(host.store.count("messages") == "0");
    CHECK(host.store.count("dead_letters") == "0");
}

TEST_CASE("what cannot be understood is kept raw") {
    PipelineFixture host;
    net::Request request;
    request.body = "junk";
    CHECK(host.webhook(host.intake, request) == Outcome::buried);
    CHECK(
        host.store.ask("select convert_from(raw, 'UTF8') || ' ' || reason from dead_letters where kind = 'webhook'") ==
        "junk not JSON");
}

TEST_CASE("when too much waits to be stored, the sender is told to come again") {
    PipelineFixture host;
    db::JournalOptions options;
    options.max_waiting = 0;
    db::Journal full(host.store.options, options, host.executor(), Logger());
    pipeline::Intake intake(host.executor(), full, host.dispatcher, host.store.ids, host.metrics, Logger());
    host.channel->decoded.messages = {host.store.inbound("P1", "/trouble x")};
    CHECK(host.webhook(intake, {}) == Outcome::unavailable);
    CHECK(host.dispatcher.stats().waiting == 0);
    // Nothing of it is left, so it is taken when it comes again.
    CHECK(host.webhook(host.intake, {}) == Outcome::stored);
    host.finish();
    CHECK(host.channel->seen == Texts{"survived x"});
}

TEST_CASE("a delivery report of many messages reaches all of them") {
    PipelineFixture host;
    StatusUpdate update;
    update.account = host.store.account;
    update.status = DeliveryStatus::read;
    for (int i = 0; i < 50; ++i) update.provider_ids.push_back("P" + std::to_string(i));
    host.channel->decoded.statuses = {update};
    CHECK(host.webhook(host.intake, {}) == Outcome::stored);
    CHECK(host.store.count("delivery_reports where status = 'read'") == "50");
}

TEST_CASE("a failure that is an alarm is told once, when it fails a message of ours") {
    PipelineFixture host;
    std::vector<std::string> alarms;
    host.intake.on_alarm = [&](const StatusUpdate& update) { alarms.push_back(update.reason); };
    const auto report = [&](const std::string& provider_id, DeliveryStatus status, bool alarm) {
        StatusUpdate update;
        update.account = host.store.account;
        update.provider_ids = {provider_id};
        update.status = status;
        update.reason = provider_id;
        update.alarm = alarm;
        host.channel->decoded = {};
        host.channel->decoded.statuses = {update};
        CHECK(host.webhook(host.intake, {}) == Outcome::stored);
    };
    for (const char* provider_id : {"P1", "P2", "P3"}) {
        const auto message = host.store.outbound("hello");
        REQUIRE(host.store.enqueue(message));
        host.store.sent(message.id, provider_id);
    }
    report("P1", DeliveryStatus::delivered, false);
    report("P2", DeliveryStatus::failed, false);
    report("P3", DeliveryStatus::failed, true);
    report("P3", DeliveryStatus::failed, true);  // brought again
    report("P4", DeliveryStatus::failed, true);  // sent by somebody else
    CHECK(alarms == Texts{"P3"});
}

}  // namespace
}  // namespace parley::test
