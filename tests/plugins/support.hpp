// What the plugin tests share: services that remember, and a runtime with a directory of its own.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "fixture.h"
#include "plugins/runtime.hpp"
#include "support/temp_directory.hpp"
#include "support/wait.hpp"

// Catch takes Boost's result for streamable, whatever is in it.
template <class T>
struct Catch::StringMaker<boost::system::result<T, parley::Error>> {
    static std::string convert(const boost::system::result<T, parley::Error>& result) {
        return result ? "a value" : "error: " + result.error().message;
    }
};

namespace parley::plugins::test {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using parley::test::eventually;
using parley::test::TempDirectory;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

// A call inside which a fixture waits until the test opens the gate.
struct Gate {
    std::atomic<bool> inside{false}, open{false};
    static void wait(void* self) {
        auto* gate = static_cast<Gate*>(self);
        gate->inside = true;
        gate->inside.notify_all();
        gate->open.wait(false);
    }
    void release() {
        open = true;
        open.notify_all();
    }
};

class TestServices final : public HostServices {
public:
    // What a test looks at or sets; guarded by `mutex` where threads meet.
    mutable std::mutex mutex;
    std::map<std::string, std::string> versions;
    std::set<std::string> disabled;
    std::map<const parley_call*, std::string> reports, callers;
    std::vector<std::string> call_texts;  // of closed calls that were committed
    unsigned open_calls = 0, rolled_back = 0;
    Gate gate;  // what start() of a fixture waits for
    std::set<std::string> privileged;
    std::atomic<bool> away{false};                                // the database cannot be reached
    std::atomic<bool> versions_fail{false}, commits_fail{false};  // before start(), or between it and its commit

    const void* service(std::string_view name) const override {
        return name == PARLEY_STORAGE || name == "parley.settings/1" ? &storage_ : nullptr;
    }
    parley_call* open_call(const std::string& id, std::function<bool(std::string_view)>) override {
        const std::lock_guard lock(mutex);
        ++open_calls;
        auto* call = new fixture_call{};
        call->wait = &Gate::wait;
        call->user = &gate;
        call->answer = away ? 0 : 1;  // for start_needs_database
        callers[reinterpret_cast<parley_call*>(call)] = id;
        return reinterpret_cast<parley_call*>(call);
    }
    void enter_call(parley_call*) const override {}
    std::string reported(parley_call* call) const override {
        const std::lock_guard lock(mutex);
        const auto found = reports.find(call);
        return found == reports.end() ? "" : found->second;
    }
    Result<void> commit_call(parley_call* call, const std::string& version) override {
        const std::lock_guard lock(mutex);
        const std::string id = callers[call];
        const auto mine = end(call);
        if (commits_fail) return make_error(Errc::unavailable, "the database is away");
        versions[id] = version;
        call_texts.emplace_back(mine->text);
        return {};
    }
    void drop_call(parley_call* call) override {
        const std::lock_guard lock(mutex);
        end(call);
        ++rolled_back;
    }
    void report(parley_call* call, std::string_view text) const override {
        const std::lock_guard lock(mutex);
        const_cast<TestServices*>(this)->reports[call] = text;
    }
    std::string last_error(parley_call*) const override { return "none"; }
    std::string stored_version(const std::string& id) override {
        if (versions_fail) throw ErrorException(make_error(Errc::unavailable, "the database is away"));
        const std::lock_guard lock(mutex);
        return versions[id];
    }
    std::vector<std::string> disabled_plugins() override { return {disabled.begin(), disabled.end()}; }
    void set_disabled(const std::string& id, bool off) override {
        if (off)
            disabled.insert(id);
        else
            disabled.erase(id);
    }
    bool may_have(const std::string& id, std::string_view capability) const override {
        return capability != "settings.write" || privileged.contains(id);
    }

private:
    std::unique_ptr<fixture_call> end(parley_call* call) {
        --open_calls;
        reports.erase(call);
        callers.erase(call);
        return std::unique_ptr<fixture_call>(reinterpret_cast<fixture_call*>(call));
    }

    parley_storage storage_{sizeof(std::uint32_t), nullptr, nullptr, nullptr, nullptr};
};

inline fs::path fixture(const std::string& name) {
    return fs::path(PARLEY_FIXTURE_DIR) / (name + ".so");
}

// A runtime on directories of its own.
struct Bench {
    explicit Bench(bool watch = false) {
        options.plugins_dir = (dir / "plugins").string();
        options.settle = 20ms;
        options.retry = 20ms;
        options.start_deadline = 10s;
        options.watch = watch;
        fs::create_directories(options.plugins_dir);
    }
    ~Bench() { services.gate.release(); }

    void start() {
        runtime = std::make_unique<Runtime>(options, services, Logger());
        runtime->start();
    }
    fs::path in(const std::string& name) const { return fs::path(options.plugins_dir) / name; }
    // A new file under that name, as an admin's tools should do it.
    void install(const std::string& fixture_name, const std::string& as) const {
        fs::copy_file(fixture(fixture_name), in("." + as), fs::copy_options::overwrite_existing);
        fs::rename(in("." + as), in(as));
    }
    Result<std::string> ask(Runtime::Action action, const std::string& target) {
        std::promise<Result<std::string>> answer;
        auto future = answer.get_future();
        runtime->request(action, target,
                         [&answer](Result<std::string> result) { answer.set_value(std::move(result)); });
        return future.get();
    }
    // Calls the command; the fixture's answer, or 0 when nobody serves it.
    int call(const std::string& command) {
        const Lease lease = runtime->find(command);
        if (!lease) return 0;
        fixture_call call{};
        const InsidePlugin inside(lease);
        const parley_message message{};
        lease.hooks().handle(lease.hooks().self, reinterpret_cast<parley_call*>(&call), &message);
        return call.answer;
    }
    PluginInfo info(const std::string& id) {
        auto found = runtime->info(id);
        if (!found) throw std::runtime_error("no plugin " + id);
        return *found;
    }

    TempDirectory dir;
    TestServices services;
    RuntimeOptions options;
    std::unique_ptr<Runtime> runtime;
};

}  // namespace parley::plugins::test
