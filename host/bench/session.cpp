#include "bench/session.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace parley::bench {
namespace {

constexpr double loud_cores = 0.2;  // more than that, used by others, spoils a measurement

std::string make_root(const std::string& parent) {
    std::string path = parent + "/parley-bench-XXXXXX";
    if (!mkdtemp(path.data()))
        throw std::runtime_error("cannot make a directory in " + parent + "; choose another with --dir");
    // The database's own user, which it is when we are root, has to get through.
    chmod(path.c_str(), 0755);
    return path;
}

}  // namespace

Session::Session(Options options)
    : options_(std::move(options)), root_(make_root(options_.directory)), gateway_(poller_, options_.gateway_port) {}

Session::~Session() {
    parley_.reset();
    floor_.reset();
    std::error_code ignored;  // what cannot be removed is not worth failing for
    std::filesystem::remove_all(root_, ignored);
}

std::string Session::directory(const std::string& name) {
    std::string path = root_ + "/" + name;
    std::filesystem::create_directories(path);
    return path;
}

Server& Session::parley() {
    if (!parley_) {
        parley_ = Server::parley(options_, directory("parley"), gateway_.port());
        parley_->age();
    }
    return *parley_;
}

Server& Session::floor() {
    if (!floor_) {
        floor_ = Server::floor(directory("floor"), gateway_.port());
        floor_->age();
    }
    return *floor_;
}

void Session::start_again() {
    parley_.reset();
    parley_ = Server::parley(options_, directory("parley"), gateway_.port());
}

LoadPlan Session::plan(const Server& server) const {
    LoadPlan plan;
    plan.port = server.port();
    plan.target = server.target();
    plan.secret = webhook_secret;
    plan.connections = options_.connections;
    plan.chats = options_.chats;
    plan.slots = options_.slots;
    plan.warm_up_s = options_.warm_up;
    plan.window_s = options_.seconds;
    return plan;
}

Measurement Session::measure(const std::string& what, const Server& server, const LoadPlan& plan) {
    wait_until_quiet();
    Measurement best = measure_once(what, server, plan);
    // Figures that something else had a hand in are thrown away, if they can be had again. (Of a server elsewhere it is
    // not known what is its own.)
    const unsigned repeats = server.measurable() ? options_.repeats : 0;
    for (unsigned again = 0; again < repeats && patience_ > 0 && best.usage.others() > loud_cores * best.usage.wall;
         ++again) {
        say("once more: others kept " + number(best.usage.others() / best.usage.wall, 1) + " cores busy");
        wait_until_quiet();
        auto next = measure_once(what, server, plan);
        const bool quieter = next.usage.others() < best.usage.others();
        auto& kept = quieter ? next : best;
        kept.load.faults += (quieter ? best : next).load.faults;
        if (quieter) best = std::move(next);
    }
    return best;
}

Measurement Session::measure_once(const std::string& what, const Server& server, LoadPlan plan) {
    say(what);
    Measurement out;
    out.what = what;
    out.with_cpu = server.measurable();
    Usage before;
    plan.window_opened = [&] { before = server.usage(); };
    plan.window_closed = [&] {
        out.usage = server.usage() - before;
        if (server.measurable()) out.memory = memory_of(server.pid());
    };
    out.load = run_load(poller_, gateway_, plan);
    return out;
}

// Others may be at work on this machine: they get a little time to end.
void Session::wait_until_quiet() {
    if (options_.repeats == 0) return;
    const Nanos entered = now_ns();
    for (Nanos now = entered; now - entered < patience_; now = now_ns()) {
        const double before = cpu_seconds_of_machine();
        const Nanos began = now_ns();
        while (now_ns() - began < 500'000'000) {
            if (interrupted) throw Interrupted{};
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        const double busy = (cpu_seconds_of_machine() - before) / (static_cast<double>(now_ns() - began) / 1e9);
        if (busy < loud_cores) break;
    }
    patience_ -= now_ns() - entered - 500'000'000;  // half a second is what it takes to see that it is quiet
}

void Session::say(const std::string& what) const {
    std::cerr << "... " << what << std::endl;
}

}  // namespace parley::bench
