#include "plugins/hook_call.hpp"

namespace parley::plugins {

const char* status_name(parley_status status) {
    switch (status) {
        case PARLEY_OK:
            return "ok";
        case PARLEY_NOT_FOUND:
            return "not found";
        case PARLEY_DENIED:
            return "denied";
        case PARLEY_INVALID:
            return "invalid";
        case PARLEY_TOO_LARGE:
            return "too large";
        case PARLEY_NOT_CONFIGURED:
            return "not configured";
        case PARLEY_UNAVAILABLE:
            return "unavailable";
        case PARLEY_TIMEOUT:
            return "timeout";
        case PARLEY_GONE:
            return "gone";
        case PARLEY_UNSUPPORTED:
            return "unsupported";
        default:
            return "failed";
    }
}

}  // namespace parley::plugins
