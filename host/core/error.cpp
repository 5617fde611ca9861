#include "core/error.hpp"

namespace parley {

const char* to_string(Errc code) {
    switch (code) {
        case Errc::invalid:
            return "invalid";
        case Errc::denied:
            return "denied";
        case Errc::unauthorized:
            return "unauthorized";
        case Errc::not_found:
            return "not_found";
        case Errc::conflict:
            return "conflict";
        case Errc::too_large:
            return "too_large";
        case Errc::unsupported:
            return "unsupported";
        case Errc::unavailable:
            return "unavailable";
        case Errc::timeout:
            return "timeout";
        case Errc::overloaded:
            return "overloaded";
        case Errc::gone:
            return "gone";
        case Errc::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace parley
