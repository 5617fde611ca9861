// The way of a message without a network: a real journal on a fresh database, a real plugin ("trouble", which fails
// when it is asked to), and a channel at whose other end the test sits.
#pragma once

#include <filesystem>

#include "config/settings.hpp"
#include "config/vault.hpp"
#include "db/store/queue_reader.hpp"
#include "media/voice.hpp"
#include "net/client.hpp"
#include "net/loop.hpp"
#include "pipeline/dispatcher.hpp"
#include "pipeline/intake.hpp"
#include "pipeline/timers.hpp"
#include "services/services.hpp"
#include "store/journal_fixture.hpp"
#include "support/fake_channel.hpp"
#include "support/fake_model.hpp"

namespace parley::test {

class PipelineFixture {
public:
    explicit PipelineFixture(std::chrono::milliseconds handler_timeout = std::chrono::seconds(30),
                             const std::vector<std::string>& plugins = {PARLEY_TROUBLE_PLUGIN})
        : runtime(runtime_options(plugins), services, Logger()),
          handler(runtime, services, settings, known_users, Logger()),
          sender(executor(), *store.journal, workers, media, store.ids, nothing(), 1000, {}, metrics, Logger()),
          dispatcher({1000, handler_timeout}, executor(), *store.journal, handlers, handler, known_users, settings,
                     sender, store.ids, read_inbox(), metrics, Logger()),
          intake(executor(), *store.journal, dispatcher, store.ids, metrics, Logger()) {
        channel->answers_at_once = true;
        sender.set_account(store.account, "gateway", channel, {});
        services.set_runtime(runtime);
        runtime.start();
        REQUIRE(runtime.list().size() == plugins.size());
        for (const auto& plugin : runtime.list()) REQUIRE(plugin.state == plugins::State::serving);
    }
    ~PipelineFixture() {
        handlers.drain(std::chrono::seconds(10));
        runtime.stop(std::chrono::seconds(10));
        store.journal.reset();
    }

    ManualExecutor& executor() { return store.executor; }

    // A webhook with this message; how it is answered.
    pipeline::Intake::Outcome webhook(const std::string& provider_id, const std::string& text,
                                      const std::string& chat = "A") {
        auto message = store.inbound(provider_id, text);
        message.id = 0;
        message.chat = chat;
        channel->decoded = {};
        channel->decoded.messages = {message};
        return webhook(intake, {});
    }
    pipeline::Intake::Outcome webhook(pipeline::Intake& into, net::Request request) {
        std::optional<pipeline::Intake::Outcome> answer;
        into.webhook(*channel, store.account, std::move(request),
                     [&answer](pipeline::Intake::Outcome outcome, const std::string&) { answer = outcome; });
        executor().run_until([&] { return answer.has_value(); });
        return *answer;
    }
    // Until nothing is to be handled or sent any more.
    void finish() {
        executor().run_until([&] { return dispatcher.stats().waiting == 0 && sender.waiting() == 0; });
        CHECK(store.count("inbox") == "0");
        CHECK(store.count("outbox") == "0");
    }

    JournalFixture store;
    TempDirectory directory;
    db::Pool pool{store.options, Logger()};
    WorkerPool workers{1};
    media::Store media{directory.path() + "/media"};
    Metrics metrics;
    std::shared_ptr<FakeChannel> channel = std::make_shared<FakeChannel>();
    net::Loop loop{Logger()};
    net::Client client{loop, {}, Logger()};
    config::Vault vault{Secret(std::string(32, 'k'))};
    config::Settings settings{vault};
    extract::Extractor documents{media, "/no/such/program"};
    media::Pictures pictures{media, media::find_ffmpeg()};
    services::PhoneZones zones;
    FakeModel no_model;
    services::Services services{{pool, client, executor(), settings, media, documents, pictures, zones, Logger(),
                                 [](const Inbound&, std::chrono::steady_clock::time_point) -> Result<Media> {
                                     return make_error(Errc::not_found, "no media");
                                 },
                                 [](AccountId, const std::string&, const std::string&, bool) {},
                                 [](AccountId, bool) -> Result<void> { return {}; },
                                 [](AccountId, std::string_view to) -> Result<std::string> { return std::string(to); },
                                 [](AccountId, OutboundKind) -> Result<void> { return {}; }, no_model}};
    plugins::Runtime runtime;
    pipeline::KnownUsers known_users;
    pipeline::Handler handler;
    plugins::HandlerPool handlers{{}, Logger()};
    outbound::Sender sender;
    pipeline::Dispatcher dispatcher;
    pipeline::Intake intake;

private:
    plugins::RuntimeOptions runtime_options(const std::vector<std::string>& files) const {
        plugins::RuntimeOptions options;
        options.plugins_dir = directory.path() + "/plugins";
        options.watch = false;
        std::filesystem::create_directories(options.plugins_dir);
        for (const std::filesystem::path file : files)
            std::filesystem::copy_file(file, options.plugins_dir + "/" + file.filename().string());
        return options;
    }
    // An outbox that no earlier process left anything in.
    outbound::Outbox::Table nothing() {
        return {[this](AccountId, MessageId, MessageId, std::size_t, auto done) {
                    executor().post([done = std::move(done)]() mutable { done(std::vector<Outbound>()); });
                },
                [this](auto done) {
                    executor().post([done = std::move(done)]() mutable { done(std::vector<AccountId>()); });
                }};
    }
    pipeline::Dispatcher::Read read_inbox() {
        return [this](MessageId after, MessageId before, std::size_t limit, auto done) {
            auto rows = std::make_shared<std::vector<Inbound>>();
            pool.run_async(
                executor(), [=](pqxx::work& tx) { *rows = db::read_inbox(tx, after, before, limit); },
                [rows, done = std::move(done)](Result<void>) mutable { done(std::move(*rows)); });
        };
    }
};

}  // namespace parley::test
