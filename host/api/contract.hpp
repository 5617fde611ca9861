// The contract: one OpenAPI 3.1 document, from which all of /api/v1 is taken. It says which operations there are, who
// may call them and with what; the gate (gate.hpp) does as it says, and nothing can be registered beside it. What else
// the host answers (rooms, webhooks, pages) stands in it as well and has handlers of its own; differences() finds what
// the document or the router lacks.
//
// Its parts lie in host/api/openapi, one file a subject, and are in the program. What every operation has in common is
// not repeated there but put in when they are joined: the answers of the gate itself, and the headers it reads.
//
//   security: [{"key": ["messages:read"]}]   the scope that an API key needs; [] opens the operation to everybody
//   x-role: "user", "operator", "admin"      who may call it at least
//   x-max-body: bytes                        1 MiB without it
//   x-deadline: milliseconds                 30 seconds without it
//   x-raw: true                              the body is a file, not JSON
//   x-unrecorded: true                       the audit log tells that it was done, not what was there
//   x-owner: "room", "token"                 what it is about belongs to people: for all others it is not there
//   x-outside: true                          not of /api/v1: the gate has nothing to do with it
//   x-parts: true                            what lies under its path belongs to it
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"

namespace parley::api {

struct Parameter {
    std::string name;
    enum class In { path, query, header } in = In::query;
    bool required = false;
    const boost::json::value* schema = nullptr;
};

struct Operation {
    std::string id;      // "sendMessage"
    std::string method;  // "POST"
    std::string path;    // "/api/v1/accounts/{account}"
    bool open = false;   // for everybody, without a key
    bool outside = false;
    auth::Role role = auth::Role::admin;
    std::string scope;     // "messages:write"; outside: none
    std::string security;  // "key", "person", "signature", "support"
    std::string owner;     // "room", "token"; empty: it belongs to nobody
    std::size_t max_body = 1 << 20;
    int deadline_ms = 30'000;
    bool raw = false;                          // the body is no JSON
    bool unrecorded = false;                   // the audit log keeps no contents
    const boost::json::value* body = nullptr;  // schema of the JSON body; null: it takes none
    bool body_required = false;
    std::vector<Parameter> parameters;

    bool changes() const { return method != "GET"; }
    // A POST makes something: it heeds Idempotency-Key.
    bool creates() const { return method == "POST"; }
    // An edit of what the same path shows: it heeds If-Match.
    bool edits() const { return method == "PATCH" || method == "PUT" || method == "DELETE"; }
};

class Contract {
public:
    // Throws std::logic_error when the parts do not fit together: a fault of this build.
    Contract();
    Contract(const Contract&) = delete;
    Contract& operator=(const Contract&) = delete;

    const std::vector<Operation>& operations() const { return operations_; }
    // Null: there is none.
    const Operation* find(std::string_view method, std::string_view path) const;
    const Operation* find(std::string_view id) const;

    // The document, as it is served.
    const std::string& text() const { return text_; }
    const boost::json::object& document() const { return document_; }

    // Can what this path shows be edited there?
    bool is_edited(std::string_view path) const;
    // An answer as it may be kept: what the document marks with x-secret is taken out.
    std::string without_secrets(const Operation& operation, int status, const std::string& body) const;

    // What is wrong with a JSON body, or with the parameters of a request, in words.
    std::optional<std::string> check_body(const Operation& operation, const boost::json::value& body) const;
    std::optional<std::string> check_parameters(const Operation& operation, const net::Request& request) const;
    // Is this an answer that the document allows? For tests.
    std::optional<std::string> check_answer(const Operation& operation, int status, std::string_view content_type,
                                            std::string_view body) const;

    // What the router has and this document lacks, and the other way round: "GET /health is not in the document".
    // Routes of the control socket are no part of it. A slash at the end makes no difference.
    std::vector<std::string> differences(const net::Router& router) const;

private:
    void join(std::string_view name, std::string_view part);
    void complete();
    void read_operation(const std::string& path, const std::string& method, const boost::json::object& object);

    boost::json::object document_;
    std::string text_;
    std::vector<Operation> operations_;
};

// The parts of the document, as they are in the program: (file name, text).
const std::vector<std::pair<std::string_view, std::string_view>>& openapi_parts();

}  // namespace parley::api
