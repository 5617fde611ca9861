#include "auth/token.hpp"

#include <catch2/catch.hpp>

namespace parley::auth {
namespace {

net::Request with(const std::string& name, const std::string& value) {
    net::Request request;
    request.headers.set(name, value);
    return request;
}

}  // namespace

TEST_CASE("tokens are random and tell what they are") {
    const auto one = make_token(), other = make_token();
    CHECK(one.reveal() != other.reveal());
    CHECK(token_kind(one.reveal()) == TokenKind::token);
    CHECK(token_kind(make_api_key().reveal()) == TokenKind::api_key);
    CHECK_FALSE(token_kind("plt_" + std::string(63, 'a')));
    CHECK_FALSE(token_kind("plt_" + std::string(64, 'A')));
    CHECK_FALSE(token_kind("ghp_" + std::string(64, 'a')));
    CHECK_FALSE(token_kind(""));
    CHECK(token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a token is taken from the header alone, but for a WebSocket") {
    CHECK(token_of(with("Authorization", "Bearer abc")).reveal() == "abc");
    CHECK(token_of(with("Authorization", "bearer  abc ")).reveal() == "abc");
    CHECK(token_of(with("Authorization", "Basic abc")).empty());

    net::Request plain;
    plain.query = "token=abc";
    CHECK(token_of(plain).empty());

    auto socket = with("Upgrade", "WebSocket");
    CHECK(token_of(socket).empty());
    socket.query = "after=3&token=abc";
    CHECK(token_of(socket).reveal() == "abc");
    CHECK(accepted_subprotocol(socket) == "");
    socket.headers.set("Sec-WebSocket-Protocol", "chat, parley.token.def");
    CHECK(token_of(socket).reveal() == "def");
    CHECK(accepted_subprotocol(socket) == "parley.token.def");
    socket.headers.set("Authorization", "Bearer ghi");
    CHECK(token_of(socket).reveal() == "ghi");
}

}  // namespace parley::auth
