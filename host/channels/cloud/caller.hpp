// Calls to the Graph API with the account's token: taken from the source, and when Meta refuses it, tried once more
// with another one. Shared by everything that calls Meta for an account; callbacks of calls under way keep it alive.
// [I/O thread]
#pragma once

#include <functional>
#include <memory>

#include "channels/cloud/graph.hpp"
#include "channels/cloud/token_source.hpp"

namespace parley::channels {

class CloudCaller : public std::enable_shared_from_this<CloudCaller> {
public:
    CloudCaller(const CloudConfig& config, Exchange exchange, std::shared_ptr<TokenSource> tokens)
        : graph_(config), exchange_(std::move(exchange)), tokens_(std::move(tokens)) {}

    // Makes the request for a token; called again for another token.
    using Make = std::function<Result<net::ClientRequest>(const Graph&, const Secret& token)>;
    using Done = UniqueFunction<void(net::ClientResult)>;

    // Every failure comes as a ClientError. Without a token it is Errc::unauthorized and Progress::not_sent.
    void call(Make make, Done done);
    // The same, but a refusal is only handed back: that of a file's host says little about the token.
    void call_once(Make make, Done done);

private:
    void exchange(const Make& make, const Secret& token, Done done);

    Graph graph_;
    Exchange exchange_;
    std::shared_ptr<TokenSource> tokens_;
};

}  // namespace parley::channels
