#include "channels/channel.hpp"

namespace parley::channels {

Result<std::string> Channel::handshake(const net::Request&) const {
    return make_error(Errc::not_found, "this channel's provider asks nothing of the kind");
}

net::Response Channel::accepted() const {
    return net::Response::json(200, "{}");
}

}  // namespace parley::channels
