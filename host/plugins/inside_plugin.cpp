#include <atomic>

#include "plugins/generation.hpp"
#include "plugins/runtime.hpp"

namespace parley::plugins {
namespace {

// initial-exec: read in a signal handler, so it must never be allocated on first use.
__attribute__((tls_model("initial-exec"))) constinit thread_local const InsidePlugin* innermost = nullptr;

}  // namespace

InsidePlugin::InsidePlugin(const Lease& lease) : InsidePlugin(*lease.generation_) {}

InsidePlugin::InsidePlugin(const Generation& generation)
    : id_(generation.id().c_str()),
      generation_(generation.number()),
      services_(&generation.services()),
      outer_(innermost) {
    std::atomic_signal_fence(std::memory_order_release);
    innermost = this;
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

InsidePlugin::~InsidePlugin() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    innermost = outer_;
}

const InsidePlugin* InsidePlugin::current() {
    return innermost;
}

}  // namespace parley::plugins
