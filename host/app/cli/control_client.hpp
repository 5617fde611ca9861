// What the verbs say to a running host: a request of /api/v1 through its control socket, its JSON back.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "config/config.hpp"
#include "core/error.hpp"

namespace parley::app {

class ControlClient {
public:
    // `config` needs its data_dir only.
    explicit ControlClient(const config::Config& config) : socket_(config.data_dir + "/control.sock") {}

    Result<boost::json::value> get(const std::string& target, int timeout_ms = 30'000) const;
    Result<boost::json::value> post(const std::string& target, const std::string& body = "",
                                    int timeout_ms = 60'000) const;
    Result<boost::json::value> patch(const std::string& target, const std::string& body) const;
    Result<boost::json::value> put(const std::string& target, const std::string& body) const;
    // Errc::not_found when there is nothing.
    Result<void> remove(const std::string& target) const;
    // The items of a list, all its pages.
    Result<boost::json::array> list(const std::string& target, int timeout_ms = 30'000) const;
    const std::string& socket() const { return socket_; }

private:
    Result<boost::json::value> ask(const std::string& method, const std::string& target, const std::string& body,
                                   int timeout_ms) const;
    std::string socket_;
};

}  // namespace parley::app
