// plugins_helper plugin-trial FD: the trial load, as the host's own program does it.
// plugins_helper crash PLUGINS_DIR STATE_DIR HOW: serves the directory and calls the command "crash" with HOW as
// arguments.
// plugins_helper hang PLUGINS_DIR: serves the directory, whose one plugin hangs when it is loaded or unloaded, and
// ends; 0: it could.
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "plugins/handler_pool.hpp"
#include "plugins/runtime.hpp"

namespace {

using namespace parley;
using namespace parley::plugins;

class NoServices final : public HostServices {
    const void* service(std::string_view) const override { return nullptr; }
    parley_call* open_call(const std::string&, std::function<bool(std::string_view)>) override { return nullptr; }
    void enter_call(parley_call*) const override {}
    std::string reported(parley_call*) const override { return {}; }
    Result<void> commit_call(parley_call*, const std::string&) override { return {}; }
    void drop_call(parley_call*) override {}
    void report(parley_call*, std::string_view) const override {}
    std::string last_error(parley_call*) const override { return {}; }
    std::string stored_version(const std::string&) override { return {}; }
    std::vector<std::string> disabled_plugins() override { return {}; }
    void set_disabled(const std::string&, bool) override {}
    bool may_have(const std::string&, std::string_view) const override { return true; }
};

int crash(const char* plugins_dir, const char* state_dir, const char* how) {
    NoServices services;
    RuntimeOptions options;
    options.plugins_dir = plugins_dir;
    options.state_dir = state_dir;
    options.watch = false;
    Runtime runtime(options, services, Logger());
    runtime.start();
    HandlerPool pool({}, Logger());
    pool.submit({[&runtime, how] {
                     const Lease lease = runtime.find("crash");
                     if (!lease) std::exit(3);
                     const InsidePlugin inside(lease);
                     parley_message message{};
                     message.arguments = {how, std::strlen(how)};
                     lease.hooks().handle(lease.hooks().self, nullptr, &message);
                 },
                 {},
                 {}});
    std::this_thread::sleep_for(std::chrono::seconds(20));  // the process ends before
    return 4;
}

// In a process of its own, for whoever hangs there holds the lock of the dynamic loader.
int hang(const char* plugins_dir) {
    NoServices services;
    RuntimeOptions options;
    options.plugins_dir = plugins_dir;
    options.start_deadline = std::chrono::milliseconds(200);
    options.watch = false;
    Runtime runtime(options, services, Logger());
    runtime.start();
    const auto plugin = runtime.list().at(0);
    const bool refused = plugin.error.find("did not return within 200 ms") != std::string::npos;
    runtime.stop(std::chrono::seconds(5));
    _exit(refused || plugin.state == State::serving ? 0 : 1);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "plugin-trial") == 0) return run_trial(std::stoi(argv[2]));
    if (argc == 5 && std::strcmp(argv[1], "crash") == 0) return crash(argv[2], argv[3], argv[4]);
    if (argc == 3 && std::strcmp(argv[1], "hang") == 0) return hang(argv[2]);
    return 2;
}
