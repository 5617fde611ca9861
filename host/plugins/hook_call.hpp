// Calls a hook of a plugin outside message handling. Plugins must not let exceptions out; one that does all the same (a
// raw C++ one, without the SDK's face) gets an error and not the end of the host.
#pragma once

#include <exception>
#include <string>
#include <type_traits>

#include "core/error.hpp"
#include "parley/abi/base.h"

namespace parley::plugins {

// "failed", "denied", ...
const char* status_name(parley_status status);

// Errc::unavailable: what the hook needs is away, another try later may succeed.
template <class F>
Result<void> call_hook(const char* name, const F& hook) {
    try {
        const parley_status status = hook();
        if (status == PARLEY_OK) return {};
        const bool passing = status == PARLEY_UNAVAILABLE || status == PARLEY_TIMEOUT;
        return make_error(passing ? Errc::unavailable : Errc::invalid,
                          std::string(name) + " failed: " + status_name(status));
    } catch (const std::exception& e) {
        return make_error(Errc::invalid, std::string(name) + " let an exception out: " + e.what());
    } catch (...) {
        return make_error(Errc::invalid, std::string(name) + " let an exception out that is no std::exception");
    }
}

}  // namespace parley::plugins
