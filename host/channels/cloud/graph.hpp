// What all calls to Meta's Graph API have in common: address, version, authorisation, and the shape of its errors.
// Plain values and functions; nothing is sent here. [any thread]
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "channels/cloud/config.hpp"
#include "core/error.hpp"
#include "net/client.hpp"
#include "net/form.hpp"
#include "net/multipart.hpp"

namespace parley::channels {

// How requests leave; the Client's send(), or a test's.
using Exchange = std::function<void(net::ClientRequest, UniqueFunction<void(net::ClientResult)>)>;

class Graph {
public:
    explicit Graph(const CloudConfig& config);

    // `path` below the version: "/1065.../messages". An empty token leaves Authorization out.
    net::ClientRequest get(std::string_view path, const net::FormFields& query, const Secret& token) const;
    net::ClientRequest remove(std::string_view path, const net::FormFields& query, const Secret& token) const;
    net::ClientRequest post_json(std::string_view path, std::string json, const Secret& token) const;
    net::ClientRequest post_form(std::string_view path, net::MultipartForm form, const Secret& token) const;

    // A URL that Meta gave us for a file. The token goes along to the hosts of the configuration only, and over https
    // only (or as base_url has it); a redirect elsewhere drops it. Errc::invalid for what is no URL.
    Result<net::ClientRequest> download(std::string_view url, std::size_t max_bytes, const Secret& token) const;

private:
    net::ClientRequest request(std::string method, std::string_view path, net::FormFields query,
                               const Secret& token) const;

    std::string base_url_, version_;
    std::vector<std::string> media_hosts_;
    int timeout_ms_, transfer_timeout_ms_;
    Secret proof_key_;  // empty: no appsecret_proof
};

// {"error": {"message", "type", "code", "error_subcode", "error_data": {"details"}, "fbtrace_id", "is_transient"}}
struct GraphError {
    bool present = false;
    int code = 0, subcode = 0;
    std::string words, details, trace;
    bool is_transient = false;
};
// Of a body, or of an entry of `statuses[].errors`. Not present when there is none, also for a proxy's page of HTML.
GraphError read_graph_error(std::string_view body);
GraphError read_graph_error(const boost::json::value& error);

// "(131047) Re-engagement message: More than 24 hours have passed"
std::string to_words(const GraphError& error);

// The JSON of a good answer, or what went wrong in words, for calls that are no sends. Errc::unauthorized when the
// token is at fault, Errc::not_found for what is not there, Errc::unavailable for what may work later, otherwise
// Errc::invalid.
Result<boost::json::value> read_graph_answer(const net::ClientResult& answer);

// Is the token at fault?
bool is_token_refused(const net::ClientResult& answer);

}  // namespace parley::channels
