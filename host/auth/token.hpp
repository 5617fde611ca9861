// Tokens of people and keys of programs: opaque random texts. Only their SHA-256 is kept, so nobody who reads the
// database can use them. Plain functions. [any thread]
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/secret.hpp"
#include "net/http.hpp"

namespace parley::auth {

// "plt_" or "plk_" and 64 hex digits: 256 random bits. The prefix tells scanners of code and logs what they found.
Secret make_token();
Secret make_api_key();

enum class TokenKind { token, api_key };
// By its form alone; nothing for what cannot be one of ours.
std::optional<TokenKind> token_kind(std::string_view text);

// SHA-256 in hex: how the repositories know it.
std::string token_hash(std::string_view text);

// What a request signs in with: "Authorization: Bearer ..."; of a request for a WebSocket, where browsers cannot set
// that header, also `token` of the address, or a subprotocol "parley.token.<token>". Empty: nothing.
Secret token_of(const net::Request& request);

// The subprotocol to accept when the token came as one: browsers want one of theirs back. Empty: none.
std::string accepted_subprotocol(const net::Request& request);

}  // namespace parley::auth
