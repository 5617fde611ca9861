// What the environment says of settings and accounts: the first time, in debug mode, and when it counts no more.
#include <catch2/catch.hpp>

#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("debug is told of and has its own addresses; what counts no more in the environment is named") {
    FakeGateway plain, trial;
    const Environment environment{{"DEBUG", "True"},
                                  {"WHATSAPP_CLIENT_URL_TEST", trial.url()},
                                  {"OPENAI_MODEL", "first-model"},
                                  {"TWILIO_ACCOUNT_SID", "AC1"},
                                  {"TWILIO_AUTH_TOKEN", "first-token-of-twilio"},
                                  {"TWILIO_WHATSAPP_NUMBER", "whatsapp:+14155550001"},
                                  {"TWILIO_API_URL", "http://127.0.0.1:1"}};
    Host host({plain.url(), {"ping", "setting"}, environment});
    const auto doctor = [&](Environment with) {
        with.merge(Environment(environment));  // what is in `with` already stays
        return run_parley({"doctor", "--data-dir", host.data_dir(), "--plugins-dir", host.plugins_dir()}, with);
    };
    host.start();
    CHECK(eventually([&] { return host.output().find("Debug is on:") != std::string::npos; }));
    CHECK_THAT(host.log(), Contains("debug.on") && !Contains("environment_ignored"));
    const auto problem = doctor({});
    CHECK(problem.code == 1);
    CHECK_THAT(problem.out, Contains("PROBLEM  debug is on: only admins are answered") &&
                                Contains("account twilio takes no webhooks") && !Contains("than the database"));

    CHECK(Conversation(host, trial).as_admin("/ping") == "pong");
    const auto lift = host.cli({"chat", "--admin", "--say", "/admin setting -c debug false"});
    CHECK_THAT(lift.out, Contains("debug"));
    CHECK(Conversation(host, plain).direct("/ping") == "pong");
    CHECK(trial.calls_to("923002222222@s.whatsapp.net").empty());

    const Environment later{{"OPENAI_MODEL", "second-model"}, {"TWILIO_AUTH_TOKEN", "second-token-of-twilio"}};
    REQUIRE(host.stop() == 0);
    host.start(later);
    CHECK_THAT(host.log(), Contains("setting.environment_ignored") && Contains("OPENAI_MODEL") && Contains("DEBUG"));
    CHECK_THAT(host.log(), Contains("account.environment_ignored") && Contains("TWILIO_AUTH_TOKEN"));
    for (const char* kept : {"-model", "-token-of-twilio", "WHATSAPP_CLIENT_URL", "TWILIO_ACCOUNT_SID"})
        CHECK_THAT(host.log(), !Contains(kept));
    const auto notes = doctor(later);
    CHECK(notes.code == 0);
    CHECK_THAT(notes.out, Contains("another value for the setting debug than the database") &&
                              Contains("for the setting openai_model") && !Contains("debug is on"));
    CHECK_THAT(notes.out, Contains("TWILIO_AUTH_TOKEN of the environment is not what account twilio has"));
    CHECK_THAT(notes.out, !Contains("-model") && !Contains("ilio\n"));
}

}  // namespace
}  // namespace parley::e2e
