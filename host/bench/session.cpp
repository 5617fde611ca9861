#include "bench/session.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace parley::bench {
namespace {

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
    const std::string path = root_ + "/" + name;
    std::filesystem::create_directories(path);
    return path;
}

Server& Session::parley() {
    if (!parley_) parley_ = Server::parley(options_, directory("parley"), gateway_.port());
    return *parley_;
}

Server& Session::floor() {
    if (!floor_) floor_ = Server::floor(directory("floor"), gateway_.port());
    return *floor_;
}

void Session::start_again() {
    parley_.reset();
    parley();
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

Measurement Session::measure(std::string what, const Server& server, LoadPlan plan) {
    say(what);
    Measurement out;
    out.what = std::move(what);
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

void Session::say(const std::string& what) const {
    std::cerr << "... " << what << std::endl;
}

}  // namespace parley::bench
