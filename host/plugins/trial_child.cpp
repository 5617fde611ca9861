// The other side of trial.hpp: what happens in the throw-away process.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <string>

#include "plugins/descriptor.hpp"
#include "plugins/hook_call.hpp"
#include "plugins/host_table.hpp"
#include "plugins/inspect.hpp"
#include "plugins/library.hpp"
#include "plugins/trial.hpp"

namespace parley::plugins {
namespace {

void say(const std::string& words) {
    std::string line = trial_prefix + words;
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::fprintf(stdout, "%s\n", line.c_str());
    std::fflush(stdout);  // it may be the last thing this process does
}

// create() may fetch services, but not call them. A table whose size says that it has no functions is what an old host
// would give, and a plugin has to cope with that.
const void* empty_service(std::string_view) {
    static const std::array<std::uint64_t, 64> table{sizeof(std::uint32_t)};
    return table.data();
}

void make_harmless() {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The verdict is the signal: let nobody turn it into something else, as sanitizers do.
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, SIG_DFL);
}

Result<void> create_and_destroy(const parley_descriptor& descriptor, const Manifest& manifest, const HostTable& host) {
    parley_plugin hooks{};
    hooks.size = sizeof hooks;
    say("at create()");
    const auto created = call_hook("create()", [&] { return descriptor.create(host.get(), &hooks); });
    if (!created) return created.error();
    if (const auto checked = check_hooks(hooks); !checked) return checked.error();
    if (const auto commands = read_commands(hooks, manifest); !commands) return commands.error();
    say("at destroy()");
    return call_hook("destroy()", [&] {
        if (hooks.destroy) hooks.destroy(hooks.self);
        return PARLEY_OK;
    });
}

Result<void> load(const SealedFile& file) {
    const auto inspected = inspect(file);
    if (!inspected) return inspected.error();
    const HostTable host(inspected->manifest.capabilities, &empty_service);
    Library library;
    say("at dlopen(), running static constructors");
    if (const auto opened = library.open(file); !opened) return opened.error();
    say("at " PARLEY_ENTRY_SYMBOL "()");
    const auto descriptor = library.descriptor();
    if (!descriptor) return descriptor.error();
    if (const auto checked = check_descriptor(*descriptor, inspected->manifest); !checked) return checked.error();
    if (const auto created = create_and_destroy(**descriptor, inspected->manifest, host); !created)
        return created.error();
    say("at dlclose(), running static destructors");
    library.close();
    return {};
}

}  // namespace

int run_trial(int fd) {
    make_harmless();
    const auto file = SealedFile::adopt(fd);
    const auto loaded = file ? load(*file) : Result<void>(file.error());
    if (!loaded) {
        say("error " + loaded.error().message);
        return 1;
    }
    say("ok");
    return 0;
}

}  // namespace parley::plugins
