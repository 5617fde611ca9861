// What can go wrong between a plugin and its host, as exceptions inside the plugin. None of them leaves the plugin: the
// SDK catches them at the edge and turns them into a status and a text, see the comment on each.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "abi/base.h"

namespace parley {

// How a service call ended, see abi/base.h.
enum class Status : parley_status {
    ok = PARLEY_OK,
    failed = PARLEY_FAILED,
    not_found = PARLEY_NOT_FOUND,
    denied = PARLEY_DENIED,
    invalid = PARLEY_INVALID,
    too_large = PARLEY_TOO_LARGE,
    not_configured = PARLEY_NOT_CONFIGURED,
    unavailable = PARLEY_UNAVAILABLE,
    timeout = PARLEY_TIMEOUT,
    gone = PARLEY_GONE,
    unsupported = PARLEY_UNSUPPORTED,
    send_help = PARLEY_SEND_HELP,
    confirm = PARLEY_CONFIRM,
};

inline const char* to_string(Status status) {
    switch (status) {
        case Status::ok:
            return "ok";
        case Status::not_found:
            return "not found";
        case Status::denied:
            return "denied";
        case Status::invalid:
            return "invalid";
        case Status::too_large:
            return "too large";
        case Status::not_configured:
            return "not configured";
        case Status::unavailable:
            return "unavailable";
        case Status::timeout:
            return "timeout";
        case Status::gone:
            return "gone";
        case Status::unsupported:
            return "unsupported";
        case Status::send_help:
            return "send help";
        case Status::confirm:
            return "confirm";
        case Status::failed:
            break;
    }
    return "failed";
}

// A service said no. Left uncaught, the handling fails and nothing it did is visible; the host shows what() to admins.
class ServiceError : public std::runtime_error {
public:
    ServiceError(Status status, const std::string& call, std::string reason)
        : std::runtime_error(call + ": " + (reason.empty() ? to_string(status) : reason)),
          status_(status),
          reason_(std::move(reason)) {}

    Status status() const { return status_; }
    const std::string& reason() const { return reason_; }  // the host's words alone, may be empty

private:
    Status status_;
    std::string reason_;
};

// The plugin used a service that it was not granted: it did not declare the capability, or the operator did not allow
// it a privileged one.
class ServiceMissing : public std::runtime_error {
public:
    explicit ServiceMissing(const std::string& capability)
        : std::runtime_error("this plugin was not granted \"" + capability + "\": declare the capability \"" +
                             capability +
                             "\" in PARLEY_PLUGIN; if it is declared, the operator has to list the plugin in the "
                             "setting privileged_plugins and reload it") {}
};

// The user did something wrong: the text is the answer. Everything else that this handling did is dropped.
class UserError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Answer with the command's generated help, and above it with the reason, if there is one. Everything else that this
// handling did is dropped.
class SendHelp : public std::runtime_error {
public:
    SendHelp() : std::runtime_error("help asked for") {}
    explicit SendHelp(std::string reason) : std::runtime_error(reason), reason_(std::move(reason)) {}

    const std::string& reason() const { return reason_; }  // for the user; empty: they asked for it

private:
    std::string reason_;
};

// The person has to agree first, see Context::confirm(). Everything else that this handling did is dropped.
class NotConfirmed : public std::runtime_error {
public:
    NotConfirmed() : std::runtime_error("the person has to agree first") {}
};

}  // namespace parley
