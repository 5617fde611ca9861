// What every service function begins and ends with: borrowed strings in, results through sinks, no exception out.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "parley/abi/base.h"
#include "services/call.hpp"
#include "services/services.hpp"

namespace parley::services {

inline std::string_view view(parley_str text) {
    return {text.data ? text.data : "", text.data ? text.size : 0};
}
inline parley_str borrow(std::string_view text) {
    return {text.data(), text.size()};
}
inline void put(parley_sink sink, std::string_view text) {
    if (sink.put) sink.put(sink.user, borrow(text));
}

inline parley_status to_status(Errc code) {
    switch (code) {
        case Errc::invalid:
            return PARLEY_INVALID;
        case Errc::denied:
        case Errc::unauthorized:
            return PARLEY_DENIED;
        case Errc::not_found:
            return PARLEY_NOT_FOUND;
        case Errc::too_large:
            return PARLEY_TOO_LARGE;
        case Errc::unsupported:
            return PARLEY_UNSUPPORTED;
        case Errc::unavailable:
        case Errc::overloaded:
            return PARLEY_UNAVAILABLE;
        case Errc::timeout:
            return PARLEY_TIMEOUT;
        case Errc::gone:
            return PARLEY_GONE;
        case Errc::conflict:
        case Errc::internal:
            return PARLEY_FAILED;
    }
    return PARLEY_FAILED;
}

// Runs a service function's body. Refuses when the handling has been given up, and threads of the plugin's own: nothing
// of a call is locked, not even its last error. Turns what is thrown into a status, since no exception may cross into
// the plugin.
template <class Body>
parley_status guarded(parley_call* call, Body body) {
    if (!call || !call->is_on_its_thread()) return PARLEY_INVALID;
    if (call->state.gone.load(std::memory_order_relaxed))
        return call->fail(PARLEY_GONE, "this handling took too long and has been given up");
    try {
        return body();
    } catch (const ErrorException& error) {
        const auto code = error.error().code;
        if (code == Errc::unavailable) call->state.database_away = true;
        if (code == Errc::timeout || code == Errc::overloaded) call->state.database_slow = true;
        return call->fail(to_status(code), error.error().message);
    } catch (const std::exception& error) {
        return call->fail(PARLEY_FAILED, error.what());
    }
}

}  // namespace parley::services
