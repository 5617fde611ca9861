// TLS contexts: 1.2 and newer, no renegotiation, no compression.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "net/server.hpp"

namespace parley::net {

// The message of an error says which file is at fault.
Result<std::shared_ptr<boost::asio::ssl::context>> make_server_context(const TlsFiles& files);
// Verifies peers against `ca_file`, or the system's certificates when it is empty.
Result<std::shared_ptr<boost::asio::ssl::context>> make_client_context(const std::string& ca_file);

}  // namespace parley::net
