// Places, contacts and polls in the gateway's words. Internal to the encoder; plain functions. [any thread]
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"

namespace parley::channels::gateway {

struct Structured {
    std::string endpoint;      // "/send/location"; empty: no endpoint has room for it, so it goes out as text
    boost::json::object body;  // without the recipient
};

// `payload` as in Outbound. Errc::invalid when it lacks what such a message needs.
Result<Structured> read_structured(OutboundKind kind, std::string_view payload);

}  // namespace parley::channels::gateway
