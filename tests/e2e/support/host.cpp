#include "support/host.hpp"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "support/loopback.hpp"

namespace parley::e2e {

namespace fs = std::filesystem;

const std::vector<std::string>& sample_plugins() {
    static const std::vector<std::string> names = {"admin",     "announce",   "ask",       "blacklist", "classroom",
                                                   "echo",      "expenses",   "id",        "img",       "ping",
                                                   "plugin",    "poll",       "reminder",  "setting",   "solve",
                                                   "summarize", "transcribe", "translate", "tts",       "usage"};
    return names;
}

Host::Host(HostOptions options) : options_(std::move(options)), port_(test::free_port()) {
    fs::create_directories(plugins_dir());
    for (const auto& name : options_.plugins) drop_in(plugin_file(name), name + ".so");
}

Host::~Host() {
    stop();
    // After a kill -9 of the host its PostgreSQL may still be there.
    if (const auto left = postmaster(); left && kill(*left, SIGQUIT) == 0)
        eventually([&] { return kill(*left, 0) != 0; }, 10s);
}

void Host::launch(const Environment& more) {
    Environment environment{{"PATH", "/usr/bin:/bin:/usr/sbin:/sbin"},
                            {"WHATSAPP_CLIENT_URL", options_.gateway_url},
                            {"GATEWAY_ALLOW_UNSIGNED", "true"},
                            {"ADMIN_IDS", "923001111111"},
                            {"RATE_LIMIT_MESSAGES", "0"}};  // one test says more in a minute than a person would
    // What a sanitizer is told is meant for the host as well.
    for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"})
        if (const char* value = std::getenv(name)) environment[name] = value;
    for (const auto& [name, value] : options_.environment) environment[name] = value;
    for (const auto& [name, value] : more) environment[name] = value;
    process_ =
        std::make_unique<Process>(std::vector<std::string>{parley_program(), "serve", "--port", std::to_string(port_),
                                                           "--data-dir", data_dir(), "--plugins-dir", plugins_dir()},
                                  environment, directory_.path() + "/out", directory_.path() + "/err");
}

void Host::start(const Environment& more) {
    launch(more);
    if (wait_ready()) return;
    const std::string text = log();
    throw std::runtime_error("the host did not get ready; the end of its log:\n" +
                             text.substr(text.size() > 4000 ? text.size() - 4000 : 0));
}

bool Host::wait_ready(std::chrono::milliseconds limit) {
    eventually([&] { return !process_->running() || ready(); }, limit);
    return process_->running() && ready();
}

void Host::kill9() {
    process_->signal(SIGKILL);
    process_->wait(10s);
}

std::optional<int> Host::stop(std::chrono::milliseconds limit) {
    if (!running()) return std::nullopt;
    process_->signal(SIGTERM);
    return process_->wait(limit);
}

std::vector<std::string> Host::postmaster_file() const {
    std::error_code moving;  // files come and go while the server starts
    fs::recursive_directory_iterator entry(data_dir() + "/postgres", moving), end;
    for (; !moving && entry != end; entry.increment(moving)) {
        if (entry.depth() > 1) entry.disable_recursion_pending();
        if (entry->path().filename() != "postmaster.pid") continue;
        std::vector<std::string> lines;
        std::ifstream file(entry->path());
        for (std::string line; std::getline(file, line);) lines.push_back(line);
        return lines;
    }
    return {};
}

std::optional<pid_t> Host::postmaster() const {
    const auto lines = postmaster_file();
    const pid_t pid = lines.empty() ? 0 : std::atoi(lines.front().c_str());
    if (pid > 1) return pid;
    return std::nullopt;
}

std::string Host::database() const {
    const auto lines = postmaster_file();
    if (lines.size() < 5) throw std::runtime_error("the host has no PostgreSQL of its own");
    return "host=" + lines[4] + " port=" + lines[3] + " dbname=parley user=parley";
}

Answer Host::post(const std::string& body, const Headers& headers) const {
    auto all = headers;
    all.emplace("Content-Type", "application/json");
    return http(port_, "POST", "/api/whatsapp", body, all);
}

bool Host::post_until_taken(const std::string& body, std::chrono::milliseconds limit) const {
    return eventually([&] { return post(body).status == 200; }, limit);
}

Outcome Host::cli(std::vector<std::string> arguments, std::chrono::seconds limit) const {
    arguments.insert(arguments.end(), {"--data-dir", data_dir(), "--plugins-dir", plugins_dir()});
    return run_parley(arguments, {}, limit);
}

void Host::drop_in(const std::string& file, const std::string& as) const {
    const std::string part = directory_.path() + "/part";
    fs::copy_file(file, part, fs::copy_options::overwrite_existing);
    fs::rename(part, plugins_dir() + "/" + as);
}

void Host::copy_over(const std::string& file, const std::string& as) const {
    std::ifstream from(file, std::ios::binary);
    std::ofstream to(plugins_dir() + "/" + as, std::ios::binary | std::ios::trunc);
    to << from.rdbuf();
    if (!from || !to) throw std::runtime_error("cannot copy " + file);
}

}  // namespace parley::e2e
