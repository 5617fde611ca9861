// One request on its way through a session, for the files that make up Session.
#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "net/head_check.hpp"
#include "net/router.hpp"
#include "net/session.hpp"

namespace parley::net {

struct Session::Turn {
    HeadCheck check;
    boost::beast::http::request_parser<boost::beast::http::string_body> parser;
    std::optional<HeldBytes> held;  // its body, when that is no sink's
    Request request;
    Router::Match match;
    std::string origin;  // of a page of another site that may read the answer; empty: there is none
    bool head_only = false;
    bool keep = false;
    std::shared_ptr<const ErrorShape> errors;  // null: it is not known yet what is asked for
    std::optional<Response> refusal;
    std::size_t stored = 0;       // bytes of the body that a sink has
    bool body_is_read = false;    // all of it
    std::optional<Error> unsunk;  // what the sink said
    std::string websocket_key;    // of a request to upgrade
};

}  // namespace parley::net
