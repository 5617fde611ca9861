// What a hook works with: the message and the services. Valid until the hook returns, on the hook's thread (now() of
// the clock and the log also on threads that the hook waits for). A service that the plugin did not declare throws
// ServiceMissing.
#pragma once

#include <string_view>

#include "clock.hpp"
#include "detail/services.hpp"
#include "errors.hpp"
#include "gpt.hpp"
#include "http.hpp"
#include "log.hpp"
#include "media.hpp"
#include "message.hpp"
#include "messaging.hpp"
#include "plugins.hpp"
#include "settings.hpp"
#include "storage.hpp"
#include "timers.hpp"
#include "users.hpp"

namespace parley {

class Context {
public:
    Context(const detail::Services& services, parley_call* call, Message message = {})
        : services_(services), link_{services.host, call}, message_(message) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    const Message& message() const { return message_; }

    // Short forms of what most commands do.
    std::string_view arguments() const { return message_.arguments(); }
    void reply(std::string_view text) const { messaging().reply(text); }

    // Before what reaches others or cannot be undone. Goes on when the person typed the command, or has agreed to it;
    // when it is only the language model that asks for it, throws NotConfirmed: the person is shown the command, and
    // after their yes it is handled again, from the start.
    void confirm() const {
        if (message_.unconfirmed()) throw NotConfirmed();
    }

    Messaging messaging() const { return {link_, detail::granted(services_.messaging, "messaging")}; }
    Media media() const { return {link_, detail::granted(services_.media, "media")}; }
    Storage storage() const { return {link_, detail::granted(services_.storage, "storage")}; }
    Settings settings() const { return {link_, detail::granted(services_.settings, "settings")}; }
    Users users() const { return {link_, detail::granted(services_.users, "users")}; }
    Http http() const { return {link_, detail::granted(services_.http, "http")}; }
    Timers timers() const { return {link_, detail::granted(services_.timers, "timers")}; }
    Gpt gpt() const { return {link_, detail::granted(services_.gpt, "gpt")}; }
    Plugins plugins() const { return {link_, detail::granted(services_.plugins, "plugins")}; }
    Log log() const { return {link_, detail::granted(services_.log, "log")}; }
    Clock clock() const { return {link_, detail::granted(services_.clock, "clock")}; }

private:
    const detail::Services& services_;
    detail::Link link_;
    Message message_;
};

}  // namespace parley
