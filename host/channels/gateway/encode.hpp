// Our messages as requests to the gateway: which endpoint, which form. Nothing is sent here. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "channels/gateway/config.hpp"
#include "core/error.hpp"
#include "core/message.hpp"
#include "net/client.hpp"

namespace parley::channels {

class GatewayEncoder {
public:
    // User and password may also stand in the base URL: "http://user:password@host:3000". Throws std::invalid_argument
    // for a device id that cannot stand in a header.
    explicit GatewayEncoder(const GatewayConfig& config);

    // Errc::invalid when the message cannot be sent this way at all (no chat, no file, nothing to react to).
    Result<net::ClientRequest> send(const Outbound& message) const;
    net::ClientRequest typing(const std::string& chat, bool on) const;
    net::ClientRequest presence(bool available) const;
    // To WhatsApp, which the gateway has lost.
    net::ClientRequest reconnect() const;
    net::ClientRequest mark_read(const std::string& chat, std::string_view message_id) const;

    // A file under the gateway's statics/, by the path it gave. The path comes from a webhook: anything that leads
    // elsewhere (another host, "..", the gateway's own commands) is Errc::denied.
    Result<net::ClientRequest> file(std::string_view path, std::size_t max_bytes) const;
    // Ask the gateway to fetch and decrypt the file of a message; the answer names its path.
    net::ClientRequest download(std::string_view message_id, std::string_view chat) const;
    // Is it connected, and as whom? Version 8 and later.
    net::ClientRequest status() const;

private:
    net::ClientRequest request(std::string method, std::string_view path) const;
    net::ClientRequest form_request(std::string_view path,
                                    const std::vector<std::pair<std::string, std::string>>&) const;
    net::ClientRequest link_request(const Outbound& message) const;
    net::ClientRequest text_request(const Outbound& message, const std::string& text) const;
    Result<net::ClientRequest> media_request(const Outbound& message) const;
    Result<net::ClientRequest> correction_request(const Outbound& message) const;
    // Places, contacts and polls. Where the endpoint has no room for what is to be said (the name of a place, a second
    // contact), it goes out as text: nothing is lost on the way.
    Result<net::ClientRequest> structured_request(const Outbound& message) const;

    std::string base_url_;  // without user and password, without a slash at the end
    net::Headers headers_;
    int timeout_ms_;
};

}  // namespace parley::channels
