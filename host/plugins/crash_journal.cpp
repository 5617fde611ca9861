#include "plugins/crash_journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "plugins/loaded_code.hpp"
#include "plugins/runtime.hpp"

namespace parley::plugins {
namespace {

constexpr std::array fatal_signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What the handler uses. Written before it is armed.
std::atomic<int> journal_fd{-1};
std::array<struct sigaction, fatal_signals.size()> previous_actions{};
pid_t armed_in = 0;

// No printf, no allocation: this runs in a signal handler.
class Line {
public:
    void put(const char* text) {
        while (*text && size_ < sizeof text_) text_[size_++] = *text++;
    }
    void put(std::uint64_t number) {
        char digits[24];
        std::size_t count = 0;
        do digits[count++] = static_cast<char>('0' + number % 10);
        while (number /= 10);
        while (count > 0 && size_ < sizeof text_) text_[size_++] = digits[--count];
    }
    void write_to(int fd) const {
        [[maybe_unused]] const auto written = ::write(fd, text_, size_);
        ::fsync(fd);
    }

private:
    char text_[128] = {};
    std::size_t size_ = 0;
};

const char* plain_name(int signal) {
    switch (signal) {
        case SIGSEGV:
            return "SIGSEGV";
        case SIGBUS:
            return "SIGBUS";
        case SIGFPE:
            return "SIGFPE";
        case SIGILL:
            return "SIGILL";
        case SIGABRT:
            return "SIGABRT";
        default:
            return "SIGNAL";
    }
}

// Back to what was there before us (the default, or a sanitizer), and there again: a fault of the processor by
// returning to it, which keeps its address for whoever looks at the core file; a signal that somebody sent by sending
// it anew.
void let_die(int signal, const siginfo_t* info) {
    for (std::size_t i = 0; i < fatal_signals.size(); ++i)
        if (fatal_signals[i] == signal) ::sigaction(signal, &previous_actions[i], nullptr);
    const bool fault_of_processor = info && info->si_code > 0 && info->si_code != SI_KERNEL;
    if (!fault_of_processor) ::raise(signal);
}

void write_line(int fd, const char* how, CodeOwner plugin) {
    Line line;
    line.put(how);
    line.put(" ");
    line.put(plugin.id);
    line.put(" ");
    line.put(plugin.generation);
    line.put(" ");
    line.put(static_cast<std::uint64_t>(::time(nullptr)));
    line.put("\n");
    line.write_to(fd);
}

// A plugin that ends the process, however politely, has not ended the host in order: it is written down like a crash,
// the static destructors under all other threads are spared, and whoever watches over the host starts it again.
void on_exit() {
    const auto* inside = InsidePlugin::current();
    if (!inside || ::getpid() != armed_in) return;  // a child that a plugin forked may end as it likes
    const int fd = journal_fd.exchange(-1);
    if (fd < 0) return;
    write_line(fd, "exit", {inside->id(), inside->generation()});
    ::_exit(EX_SOFTWARE);
}

void on_fatal_signal(int signal, siginfo_t* info, void* interrupted) {
    const int saved = errno;
    const int fd = journal_fd.exchange(-1);  // once, should the handler itself go wrong
    const auto* inside = InsidePlugin::current();
    const CodeOwner plugin = inside ? CodeOwner{inside->id(), inside->generation()}
                                    : owner_of_code(*static_cast<const ucontext_t*>(interrupted));
    if (fd >= 0 && plugin.id) write_line(fd, plain_name(signal), plugin);
    let_die(signal, info);
    errno = saved;
}

std::map<std::string, std::vector<std::int64_t>> read_times(const std::string& path) {
    std::map<std::string, std::vector<std::int64_t>> times;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string signal, id, generation;
        if (!(words >> signal >> id)) continue;
        std::int64_t time = 0;  // a line of an older host has none
        words >> generation >> time;
        times[id].push_back(time);
    }
    return times;
}

int open_journal(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
    return fd;
}

}  // namespace

CrashJournal::CrashJournal(const std::string& state_dir) : path_(state_dir + "/plugin-crashes") {
    std::filesystem::create_directories(state_dir);
    times_ = read_times(path_);
    fd_ = open_journal(path_);
    arm();
}

void CrashJournal::arm() {
    int nobody = -1;
    armed_ = journal_fd.compare_exchange_strong(nobody, fd_);
    if (!armed_) return;
    armed_in = ::getpid();
    static const bool watching = std::atexit(&on_exit) == 0 && std::at_quick_exit(&on_exit) == 0;
    if (!watching) throw std::runtime_error("cannot watch for the end of the process");
    struct sigaction action {};
    action.sa_sigaction = &on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < fatal_signals.size(); ++i) ::sigaction(fatal_signals[i], &action, &previous_actions[i]);
}

CrashJournal::~CrashJournal() {
    if (armed_) {
        for (std::size_t i = 0; i < fatal_signals.size(); ++i)
            ::sigaction(fatal_signals[i], &previous_actions[i], nullptr);
        journal_fd.store(-1);
    }
    ::close(fd_);
}

unsigned CrashJournal::crashes(const std::string& plugin_id, std::chrono::seconds window) const {
    const auto found = times_.find(plugin_id);
    if (found == times_.end()) return 0;
    const auto& times = found->second;
    const auto since = *std::max_element(times.begin(), times.end()) - window.count();
    return static_cast<unsigned>(std::count_if(times.begin(), times.end(), [&](auto time) { return time >= since; }));
}

void CrashJournal::forget(const std::string& plugin_id) {
    if (times_.erase(plugin_id) == 0) return;
    std::ifstream old(path_);
    const std::string fresh = path_ + ".new";
    {
        std::ofstream file(fresh, std::ios::trunc);
        for (std::string line; std::getline(old, line);) {
            std::istringstream words(line);
            std::string signal, id;
            if (words >> signal >> id && id != plugin_id) file << line << '\n';
        }
        file.flush();
        if (!file) throw std::runtime_error("cannot write " + fresh);
    }
    ::chmod(fresh.c_str(), 0600);
    std::filesystem::rename(fresh, path_);
    // The handler keeps its number and gets the new file under it.
    const int reopened = open_journal(path_);
    ::dup3(reopened, fd_, O_CLOEXEC);
    ::close(reopened);
}

AlternateStack::AlternateStack() {
    stack_t mine{};
    mine.ss_sp = memory_.data();
    mine.ss_size = memory_.size();
    set_ = ::sigaltstack(&mine, &previous_) == 0;  // too small for this processor: then there is none
}

AlternateStack::~AlternateStack() {
    if (set_) ::sigaltstack(&previous_, nullptr);
}

}  // namespace parley::plugins
