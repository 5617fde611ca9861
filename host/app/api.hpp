// /api/v1 as a whole: the contract, who may use it, and its one gate; with the document and its pages for people.
#pragma once

#include "api/contract.hpp"
#include "api/gate.hpp"
#include "app/events.hpp"
#include "auth/token_authenticator.hpp"
#include "config/config.hpp"

namespace parley::app {

class Application;

class Api {
public:
    struct Parts {
        Executor& executor;
        db::Pool& pool;
        auth::TokenAuthenticator& authenticator;
        plugins::Runtime& runtime;
        std::function<boost::json::value()> health;  // for events
        const config::Config& config;
        Logger log;
    };
    explicit Api(Parts parts);

    auth::TokenAuthenticator& authenticator() { return authenticator_; }
    const api::Contract& contract() const { return contract_; }
    Events& events() { return events_; }

    // Does the document say all that this router has, and no more? Errc::internal: a fault of this build.
    Result<void> check(const net::Router& router) const;

    // Binds every operation and registers all routes. This object and `app` outlive the router.
    void open(net::Router& router, Application& app);

private:
    api::Contract contract_;
    auth::TokenAuthenticator& authenticator_;
    api::Gate gate_;
    Events events_;
};

}  // namespace parley::app
