#include "core/failpoint.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace parley {
namespace {

struct Armed {
    std::string name;
    std::atomic<long> passes_left{0};

    Armed() {
        const char* wanted = std::getenv("PARLEY_FAILPOINT");
        if (!wanted || !*wanted) return;
        name = wanted;
        long passes = 1;
        if (const auto colon = name.find(':'); colon != std::string::npos) {
            passes = std::strtol(name.c_str() + colon + 1, nullptr, 10);
            name.resize(colon);
        }
        passes_left = passes;
    }
};

}  // namespace

void failpoint(const char* name) {
    static Armed armed;
    if (armed.name.empty() || armed.name != name) return;
    if (armed.passes_left.fetch_sub(1) == 1) std::raise(SIGKILL);
}

}  // namespace parley
