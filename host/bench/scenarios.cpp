// The parts of the report that put load on a server.
#include <algorithm>
#include <atomic>
#include <thread>

#include "bench/dispatch.hpp"
#include "bench/session.hpp"
#include "net/local_client.hpp"

namespace parley::bench {
namespace {

void add_faults_goal(Session& session, const Measurement& row) {
    const auto& faults = row.load.faults;
    const auto count = faults.lost + faults.duplicated + faults.disordered + faults.altered;
    session.report().add(
        Goal{row.what + ": lost, doubled, out of order or altered", static_cast<double>(count), "", 0, false});
}

// What a server delivers at saturation; measured now unless that was done.
double maximum_of(Session& session, Server& server, std::optional<double>& known) {
    if (!known)
        known =
            session.measure(server.name() + ", to find its maximum", server, session.plan(server)).load.delivered_rate;
    return *known;
}

double maximum_of_parley(Session& session) {
    return maximum_of(session, session.parley(), session.maximum);
}

// Asks for a reload of the echo plugin ten times a second until told to stop.
class Reloads {
public:
    explicit Reloads(const std::string& control_socket) : thread_([this, control_socket] { run(control_socket); }) {}
    ~Reloads() { stop(); }
    void stop() {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }
    unsigned done() const { return done_; }
    unsigned failed() const { return failed_; }
    double longest_ms() const { return static_cast<double>(longest_) / 1e6; }

private:
    void run(const std::string& control_socket) {
        while (!stopping_) {
            const Nanos began = now_ns();
            const auto answer = net::local_request(control_socket, "POST", "/api/v1/plugins/echo/reload", "", 10'000);
            ++(answer && answer->status == 200 ? done_ : failed_);
            longest_ = std::max(longest_.load(), now_ns() - began);
            while (!stopping_ && now_ns() - began < 100'000'000)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    std::atomic<bool> stopping_{false};
    std::atomic<unsigned> done_{0}, failed_{0};
    std::atomic<Nanos> longest_{0};
    std::thread thread_;
};

}  // namespace

void measure_start(Session& session) {
    auto& report = session.report();
    session.say("parley, start");
    const double first = session.parley().start_ms();
    session.start_again();
    report.figure("start, a new data directory", number(first, 0) + " ms (makes the database)");
    report.figure("start, an existing one", number(session.parley().start_ms(), 0) + " ms");
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const auto& server = session.parley();
    const auto idle = memory_of(server.pid());
    const auto before = server.usage();
    std::this_thread::sleep_for(std::chrono::seconds(2));
    const auto used = server.usage() - before;
    report.figure("idle memory, host", "RSS " + number(idle.resident_mb, 1) + " MiB, PSS " +
                                           number(idle.proportional_mb, 1) + " MiB, " +
                                           std::to_string(threads_of(server.pid())) + " threads");
    report.figure("idle memory, PostgreSQL",
                  "PSS " + number(proportional_mb_of_family(server.database_pid()), 1) + " MiB");
    report.figure("idle processor time", "host " + number(100 * used.server_cpu / used.wall, 1) + " %, PostgreSQL " +
                                             number(100 * used.database_cpu / used.wall, 1) + " % of a core");
}

void measure_saturation(Session& session) {
    const auto& options = session.options();
    struct Contender {
        const Server* server;
        std::vector<Measurement> rounds;
    };
    std::vector<Contender> contenders{{&session.parley(), {}}, {&session.floor(), {}}};
    std::optional<Server> other;
    if (!options.against.empty()) {
        other = Server::elsewhere(options.against);
        contenders.push_back({&*other, {}});
    }
    for (int round = 0; round < options.rounds; ++round)
        for (auto& [server, rounds] : contenders) {
            rounds.push_back(session.measure(server->name() + ", saturation", *server, session.plan(*server)));
            rounds.back().with_order = server != &session.floor();
        }
    auto& report = session.report();
    for (const auto& contender : contenders) report.add(median_of(contender.rounds));
    const auto ratio_to = [&](std::size_t index) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < contenders[0].rounds.size(); ++i)
            ratios.push_back(contenders[0].rounds[i].load.delivered_rate /
                             std::max(1.0, contenders[index].rounds[i].load.delivered_rate));
        std::sort(ratios.begin(), ratios.end());
        report.figure("ratio to " + contenders[index].server->name(),
                      number(ratios[ratios.size() / 2], 2) + " (" + number(ratios.front(), 2) + " to " +
                          number(ratios.back(), 2) + " over " + std::to_string(ratios.size()) + " rounds)");
        return ratios[ratios.size() / 2];
    };
    report.add(Goal{"deliveries a second at saturation, share of the floor", 100 * ratio_to(1), " %", 60, true});
    if (other) ratio_to(2);
    const auto own = median_of(contenders[0].rounds);
    report.add(Goal{"memory of the host at saturation", own.memory.resident_mb, " MiB", 64, false});
    add_faults_goal(session, own);
    session.maximum = own.load.delivered_rate;
    session.floor_maximum = median_of(contenders[1].rounds).load.delivered_rate;
}

// The floor gets the same rate in turn, and half of its own maximum: what its slowest waited for, the disk or the
// machine, no bot host can hurry.
void measure_half_rate(Session& session) {
    const double rate = maximum_of_parley(session) / 2;
    const double floor_rate = maximum_of(session, session.floor(), session.floor_maximum) / 2;
    const auto at_rate = [&](const std::string& what, Server& server, double a_second) {
        auto plan = session.plan(server);
        plan.rate = a_second;
        auto row = session.measure(what, server, plan);
        row.with_order = &server != &session.floor();
        return row;
    };
    std::vector<Measurement> rounds, floor, floor_half;
    for (int round = 0; round < session.options().rounds; ++round) {
        rounds.push_back(at_rate("parley, half of its maximum", session.parley(), rate));
        floor.push_back(at_rate("floor, the same rate", session.floor(), rate));
        floor_half.push_back(at_rate("floor, half of its own maximum", session.floor(), floor_rate));
    }
    session.stop_floor();
    const auto row = median_of(rounds);
    session.report().add(row);
    session.report().add(median_of(floor));
    session.report().add(median_of(floor_half));
    session.report().add(
        Goal{"webhook to delivery, p99 at half of its maximum", row.load.to_deliver.p99, " ms", 10, false});
    add_faults_goal(session, row);
}

void measure_slow_gateway(Session& session) {
    const auto& options = session.options();
    auto plan = session.plan(session.parley());
    plan.slots = options.slow_slots;
    // A chat waits for its own answer: with few people none would be left to send to.
    plan.chats = options.slow_slots * 10;
    session.gateway().set_delay(static_cast<Nanos>(options.gateway_delay_ms) * 1'000'000);
    const auto row = session.measure("parley, gateway takes " + std::to_string(options.gateway_delay_ms) + " ms a call",
                                     session.parley(), plan);
    session.gateway().set_delay(0);
    session.report().add(row);
    session.report().add(Goal{"deliveries a second to the slow gateway", row.load.delivered_rate, "", 4000, true});
    add_faults_goal(session, row);
}

void measure_reload(Session& session) {
    auto plan = session.plan(session.parley());
    plan.rate = maximum_of_parley(session) / 2;
    Reloads reloads(session.parley().control_socket());
    const auto row = session.measure("parley, half, echo reloaded 10 times/s", session.parley(), plan);
    reloads.stop();
    session.report().add(row);
    session.report().figure("reloads under load", std::to_string(reloads.done()) + " done, " +
                                                      std::to_string(reloads.failed()) + " failed, the slowest took " +
                                                      number(reloads.longest_ms(), 0) +
                                                      " ms; longest pause between deliveries " +
                                                      number(row.load.longest_pause_ms, 1) + " ms");
    add_faults_goal(session, row);
}

void measure_waiting(Session& session) {
    const auto& options = session.options();
    auto server = Server::parley(options, session.directory("waiting"), session.gateway().port(),
                                 {{"PARLEY_PLUGINS_DIR", options.bench_plugins_dir},
                                  {"MAX_HANDLERS", std::to_string(options.waiting)},
                                  {"MAX_IN_MEMORY", std::to_string(2 * options.waiting)},
                                  {"HANDLER_TIMEOUT_MS", "120000"},
                                  {"GATEWAY_TIMEOUT_MS", "120000"}});
    const auto before = memory_of(server.pid());
    auto plan = session.plan(server);
    plan.command = "/bench_wait ";
    plan.with_file = true;
    plan.slots = plan.chats = options.waiting;
    plan.most = options.waiting;
    plan.chats_in_turn = true;
    plan.warm_up_s = 0;
    plan.window_s = 60;
    unsigned threads = 0;
    Memory most;
    Nanos began = 0, grown = 0;
    // The gateway keeps all of them waiting until no more come.
    session.gateway().hold_files(true);
    plan.tick = [&] {
        const Nanos now = now_ns();
        if (began == 0) began = now;
        const unsigned count = threads_of(server.pid());
        if (count > threads) {
            threads = count;
            grown = now;
        } else if (grown != 0 && now - grown > 2'000'000'000) {
            if (most.resident_mb == 0) most = memory_of(server.pid());
            session.gateway().hold_files(false);
        }
    };
    const auto row =
        session.measure_once("parley, " + std::to_string(options.waiting) + " handlers wait at once", server, plan);
    session.gateway().hold_files(false);
    const auto& faults = row.load.faults;
    session.report().figure("handlers that wait at once",
                            std::to_string(options.waiting) + ": " + std::to_string(threads) + " threads after " +
                                number(static_cast<double>(grown - began) / 1e9, 1) + " s; RSS " +
                                number(most.resident_mb, 0) + " MiB (" + number(before.resident_mb, 0) +
                                " before); lost " + std::to_string(faults.lost) + ", doubled " +
                                std::to_string(faults.duplicated));
    session.report().add(Goal{"waiting handlers: answers lost, doubled or altered",
                              static_cast<double>(faults.lost + faults.duplicated + faults.altered), "", 0, false});
}

void report_dispatch(Session& session) {
    session.say("dispatch without I/O");
    const auto cost = measure_dispatch();
    session.report().figure("dispatch without I/O",
                            "signature " + number(cost.verify / 1e3, 2) + " us, decode " +
                                number(cost.decode / 1e3, 2) + " us, parse " + number(cost.parse / 1e3, 2) +
                                " us, to a handler thread " + number(cost.hand_over / 1e3, 2) + " us when many wait, " +
                                number(cost.round_trip_us, 1) + " us there and back when none does");
}

}  // namespace parley::bench
