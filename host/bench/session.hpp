// What all parts of one `parley bench` share: the loop, the gateway, the servers' directory, the report.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bench/fake_gateway.hpp"
#include "bench/load.hpp"
#include "bench/options.hpp"
#include "bench/report.hpp"
#include "bench/server.hpp"

namespace parley::bench {

class Session {
public:
    explicit Session(Options options);
    ~Session();  // stops the servers and removes what they stored

    const Options& options() const { return options_; }
    Report& report() { return report_; }
    FakeGateway& gateway() { return gateway_; }
    Poller& poller() { return poller_; }
    std::string directory(const std::string& name);  // a new one

    // Started when first asked for, and kept for the parts that follow.
    Server& parley();
    Server& floor();
    void start_again();  // parley, on the data it has
    void stop_floor() { floor_.reset(); }

    // Messages a second that each delivered at saturation.
    std::optional<double> maximum, floor_maximum;

    // A plan with what the options say.
    LoadPlan plan(const Server& server) const;
    // Again, a few times, when something else on the machine disturbed it.
    Measurement measure(const std::string& what, const Server& server, const LoadPlan& plan);
    Measurement measure_once(const std::string& what, const Server& server, LoadPlan plan);

    // A line about what goes on, to stderr.
    void say(const std::string& what) const;

private:
    void wait_until_quiet();

    Options options_;
    Nanos patience_ = 60'000'000'000;  // with others who are busy on this machine, all in all
    std::string root_;
    Poller poller_;
    FakeGateway gateway_;
    Report report_;
    std::optional<Server> parley_;
    std::optional<Server> floor_;
};

// The parts of the report.
void measure_start(Session& session);
void measure_saturation(Session& session);
void measure_half_rate(Session& session);
void measure_slow_gateway(Session& session);
void measure_reload(Session& session);
void measure_waiting(Session& session);
void measure_reports(Session& session);
void report_dispatch(Session& session);
void measure_sockets(Session& session);
void measure_gpt(Session& session);

}  // namespace parley::bench
