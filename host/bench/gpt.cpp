// What the host adds to a language model: time to each answer, and memory for each conversation that waits for one.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "bench/model_server.hpp"
#include "bench/session.hpp"
#include "gpt/provider.hpp"
#include "gpt/reply.hpp"

namespace parley::bench {
namespace {

using namespace std::chrono_literals;

constexpr unsigned answers = 2'000;
constexpr auto give_up = 240s;

// A conversation of ten messages, two kilobytes, as the host would ask it.
gpt::ChatRequest conversation(unsigned number) {
    gpt::ChatRequest request;
    request.deadline = std::chrono::steady_clock::now() + 170s;
    for (unsigned i = 0; i < 10; ++i) {
        gpt::ChatMessage message;
        message.role = i % 2 == 0 ? gpt::Role::user : gpt::Role::assistant;
        message.text = std::string(180, static_cast<char>('a' + i)) + "\n" + std::to_string(number);
        request.messages.push_back(std::move(message));
    }
    request.messages.pop_back();
    return request;
}

// A loop on a thread of its own with a client and a provider, as the host has them.
class Asking {
public:
    Asking(const std::string& base_url, unsigned connections) : thread_([this] { loop.run(); }) {
        on_loop([&] {
            net::ClientOptions many;
            many.max_connections_per_host = connections;
            client = std::make_unique<net::Client>(loop, many, Logger());
            gpt::Options options;
            options.base_url = base_url;
            options.model = "bench";
            gpt::Patience patience;
            patience.idle = 170s;
            provider = std::make_unique<gpt::Provider>(
                gpt::Provider::Parts{loop, *client, workers, [options] { return options; }, {}, Logger()}, patience);
        });
    }
    ~Asking() {
        on_loop([&] {
            provider.reset();
            client.reset();
        });
        loop.stop();
        thread_.join();
    }

    void on_loop(std::function<void()> work) {
        std::promise<void> done;
        loop.post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    net::Loop loop{Logger()};
    WorkerPool workers{1};
    std::unique_ptr<net::Client> client;
    std::unique_ptr<gpt::Provider> provider;

private:
    std::thread thread_;
};

struct Cost {
    double p50_us = 0, p99_us = 0, cpu_us = 0;
};

// `ask` begins one exchange and calls its argument at the end of it; one after the other.
Cost one_by_one(Asking& asking, const std::function<void(std::function<void()>)>& ask) {
    std::vector<double> all;
    std::promise<void> over;
    Nanos began = 0;
    std::function<void()> next = [&] {
        if (began != 0) all.push_back(static_cast<double>(now_ns() - began) / 1e3);
        if (all.size() == answers) return over.set_value();
        began = now_ns();
        ask(next);
    };
    const double before = cpu_seconds(getpid());
    asking.loop.post([&] { next(); });
    over.get_future().wait();
    const double cpu = cpu_seconds(getpid()) - before;
    std::sort(all.begin(), all.end());
    return {all[all.size() / 2], all[all.size() * 99 / 100], 1e6 * cpu / answers};
}

net::ClientRequest bare(const std::string& base_url) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = base_url + "/chat/completions";
    request.reach = net::Reach::any;
    request.headers.set("Content-Type", "application/json");
    request.body = gpt::chat_completions().body(conversation(0), "bench", gpt::Profile{}, 100);
    return request;
}

void measure_overhead(Session& session, ModelServer& model) {
    session.say("answers of a language model, one by one");
    Asking asking(model.base_url(), 16);
    const auto request = bare(model.base_url());
    std::atomic<unsigned> failed{0};
    const auto exchange = [&](std::function<void()> done) {
        asking.client->send(request, [&failed, done = std::move(done)](net::ClientResult result) {
            if (!result) ++failed;
            done();
        });
    };
    const auto chat = [&](std::function<void()> done) {
        asking.provider->chat(conversation(0), [&failed, done = std::move(done)](gpt::Outcome<gpt::ChatAnswer> answer) {
            if (!answer) ++failed;
            done();
        });
    };
    one_by_one(asking, chat);  // warm
    const auto plain = one_by_one(asking, exchange);
    const auto asked = one_by_one(asking, chat);
    session.report().figure("an answer of a language model",
                            number(asked.p50_us, 0) + " us, p99 " + number(asked.p99_us, 0) +
                                " us; the bare HTTP exchange " + number(plain.p50_us, 0) + " us, p99 " +
                                number(plain.p99_us, 0) + " us");
    session.report().figure("what the host adds to it", number(asked.p50_us - plain.p50_us, 0) + " us, " +
                                                            number(asked.cpu_us - plain.cpu_us, 0) +
                                                            " us of them of a processor (of a conversation of 2 KiB)");
    session.report().add(Goal{"answers of a language model that failed", double(failed), "", 0, false});
}

// Waits until `count` are held, or no more come for a while.
unsigned wait_for_held(const ModelServer& model, unsigned count) {
    unsigned held = 0;
    auto grown = std::chrono::steady_clock::now();
    while (held < count && std::chrono::steady_clock::now() - grown < 10s) {
        if (interrupted) throw Interrupted{};
        std::this_thread::sleep_for(100ms);
        const auto now_held = model.held();
        if (now_held > held) grown = std::chrono::steady_clock::now();
        held = now_held;
    }
    return held;
}

void measure_waiting_questions(Session& session, ModelServer& model) {
    const unsigned count = session.options().waiting;
    session.say(std::to_string(count) + " questions wait for a language model");
    Asking asking(model.base_url(), count + 16);
    const auto before = memory_of(getpid());
    const auto threads = threads_of(getpid());
    model.hold(true);
    std::atomic<unsigned> answered{0}, failed{0};
    for (unsigned begun = 0; begun < count; begun += 100) {
        asking.on_loop([&] {
            for (unsigned i = begun; i < std::min(begun + 100, count); ++i)
                asking.provider->chat(conversation(i), [&, i](gpt::Outcome<gpt::ChatAnswer> answer) {
                    if (!answer || answer->text != std::to_string(i)) ++failed;
                    ++answered;
                });
        });
    }
    const auto held = wait_for_held(model, count);
    const auto most = memory_of(getpid());
    const auto more_threads = threads_of(getpid()) - threads;
    const Nanos let_go = now_ns();
    model.hold(false);
    const auto until = std::chrono::steady_clock::now() + give_up;
    while (answered < count && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(10ms);
    const double took = static_cast<double>(now_ns() - let_go) / 1e9;
    session.report().figure("questions that wait for a language model",
                            std::to_string(held) +
                                " with a connection each: " + number(most.resident_mb - before.resident_mb, 0) +
                                " MiB (" + number(1024 * (most.resident_mb - before.resident_mb) / count, 1) +
                                " KiB each), " + std::to_string(more_threads) + " threads more; all answered " +
                                number(took, 1) + " s after they were let go");
    session.report().add(Goal{"waiting questions: without their own answer",
                              static_cast<double>(failed + (count - answered)), "", 0, false});
}

// Who waits for the model in one host: people who wrote plain words, and handlers of plugins that asked it.
struct Crowd {
    unsigned conversations = 0, handlers = 0;
    unsigned all() const { return conversations + handlers; }
    std::string name() const {
        std::string text;
        if (conversations > 0) text = std::to_string(conversations) + " conversations";
        if (handlers > 0) text += (text.empty() ? "" : " and ") + std::to_string(handlers) + " plugin handlers";
        return text;
    }
};

Server host_for(Session& session, const ModelServer& model, const Crowd& crowd) {
    const auto all = std::to_string(crowd.all());
    return Server::parley(session.options(), session.directory("gpt-" + all), session.gateway().port(),
                          {{"OPENAI_BASE_URL", model.base_url()},
                           {"OPENAI_MODEL", "bench"},
                           {"PARLEY_PLUGINS_DIR", session.options().bench_plugins_dir},
                           {"CONVERSATION_QUIET_MS", "200"},
                           {"GPT_CALLS_AT_ONCE", all},
                           {"GPT_CALLS_AT_ONCE_PER_ORGANISATION", all},
                           {"GPT_ORGANISATION_TOKENS_PER_DAY", "0"},
                           {"MAX_HANDLERS", std::to_string(std::max(crowd.handlers, 64u))},
                           {"MAX_IN_MEMORY", std::to_string(2 * crowd.all())},
                           {"HANDLER_TIMEOUT_MS", "120000"},
                           {"GATEWAY_TIMEOUT_MS", "120000"}});
}

// The whole way: webhooks from so many people, answers at the gateway. Nobody is answered before all of them wait.
void measure_waiting_crowd(Session& session, ModelServer& model, const Crowd& crowd) {
    auto server = host_for(session, model, crowd);
    const auto before = memory_of(server.pid());
    auto plan = session.plan(server);
    plan.command = "/bench_ask ";
    plan.plain_chats = crowd.conversations;
    plan.slots = plan.chats = crowd.all();
    plan.most = crowd.all();
    plan.chats_in_turn = true;
    plan.warm_up_s = 0;
    plan.window_s = 120;
    plan.patience = 60'000'000'000;
    Memory most;
    unsigned threads = 0, held = 0;
    Nanos grown = now_ns();
    bool holding = true;
    model.hold(true);
    plan.tick = [&] {
        if (!holding) return;
        const auto now_held = model.held();
        const auto memory = memory_of(server.pid());
        // Those that wait for a connection are not seen there: the host is looked at until it has all of them.
        if (now_held > held || memory.resident_mb > most.resident_mb + 1) grown = now_ns();
        held = std::max(held, now_held);
        if (memory.resident_mb > most.resident_mb) most = memory;
        threads = std::max(threads, threads_of(server.pid()));
        if (held == 0 || now_ns() - grown < 5'000'000'000) return;
        holding = false;
        model.hold(false);
    };
    const auto row = session.measure_once("parley, " + crowd.name() + " wait at once", server, plan);
    if (holding) model.hold(false);
    const auto& faults = row.load.faults;
    session.report().figure(crowd.name() + " that wait at once",
                            std::to_string(held) + " of them with a connection: RSS " + number(most.resident_mb, 0) +
                                " MiB (" + number(before.resident_mb, 0) + " before), " + std::to_string(threads) +
                                " threads; lost " + std::to_string(faults.lost) + ", doubled " +
                                std::to_string(faults.duplicated));
    session.report().add(
        Goal{"memory of the host while " + crowd.name() + " wait", most.resident_mb, " MiB", 1024, false});
    // A host that runs fewer handlers than there are at once would look good here.
    if (crowd.handlers > 0)
        session.report().add(
            Goal{"threads while " + crowd.name() + " wait", double(threads), "", double(crowd.handlers), true});
    session.report().add(Goal{crowd.name() + " that waited: answers lost, doubled or altered",
                              static_cast<double>(faults.lost + faults.duplicated + faults.altered), "", 0, false});
}

}  // namespace

void measure_gpt(Session& session) {
    ModelServer model(session.directory("model"));
    measure_overhead(session, model);
    measure_waiting_questions(session, model);
    // Half as many handlers as conversations, for each has a thread.
    const unsigned many = session.options().waiting;
    measure_waiting_crowd(session, model, {many, 0});
    measure_waiting_crowd(session, model, {0, many / 2});
    measure_waiting_crowd(session, model, {many, many / 2});
}

}  // namespace parley::bench
