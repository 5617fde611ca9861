// One fake gateway and one host for a whole test program; the test cases use different people, so they do not meet.
#pragma once

#include "support/conversation.hpp"

namespace parley::e2e {

struct Stage {
    FakeGateway gateway;
    Host host;
    Conversation say{host, gateway};

    explicit Stage(Environment environment = {}, std::vector<std::string> plugins = sample_plugins())
        : host(HostOptions{gateway.url(), std::move(plugins), std::move(environment)}) {
        host.start();
    }

    // A counter or gauge of /metrics; -1 when it is not there.
    double metric(const std::string& name) const {
        const auto text = http(host.port(), "GET", "/metrics").body;
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    }
};

}  // namespace parley::e2e
