// The C hooks around a plugin object. Every way into the plugin goes through guard(), so that no exception gets out.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>

#include "../abi/entry.h"
#include "../plugin.hpp"
#include "command_table.hpp"
#include "services.hpp"

namespace parley::detail {

// For what happens outside any call: the host's journal has it, and the trial load shows it.
inline void complain(const char* where, const char* what) noexcept {
    std::fprintf(stderr, "parley plugin: %s threw: %s\n", where, what);
}

// Does P (or a base between it and Plugin) override this virtual? A private override cannot be looked at and counts as
// one.
#define PARLEY_OVERRIDES_(method) \
    (!requires { requires std::is_same_v<decltype(&P::method), decltype(&Plugin::method)>; })

template <class P>
inline constexpr bool overrides_handle = PARLEY_OVERRIDES_(handle) || PARLEY_OVERRIDES_(commands);
template <class P>
inline constexpr bool overrides_start = PARLEY_OVERRIDES_(start);
template <class P>
inline constexpr bool overrides_preprocess = PARLEY_OVERRIDES_(preprocess);
template <class P>
inline constexpr bool overrides_on_timer = PARLEY_OVERRIDES_(on_timer);
template <class P>
inline constexpr bool overrides_on_hook = PARLEY_OVERRIDES_(on_hook);
template <class P>
inline constexpr bool overrides_migrate = PARLEY_OVERRIDES_(migrate);
template <class P>
inline constexpr bool overrides_stop = PARLEY_OVERRIDES_(stop);

#undef PARLEY_OVERRIDES_

class Instance {
public:
    Instance(const parley_host* host, std::unique_ptr<Plugin> plugin) : services_(host), plugin_(std::move(plugin)) {
        commands_.fill(plugin_->commands());
    }

    const CommandTable& commands() const { return commands_; }

    static parley_status start(void* self, parley_call* call) noexcept {
        return of(self).guard(call, [&](Instance& at) {
            Context ctx(at.services_, call);
            at.plugin_->start(ctx);
            at.commands_.fill(at.plugin_->commands());
        });
    }

    static parley_status preprocess(void* self, parley_call* call, const parley_message* raw,
                                    parley_sink rewritten) noexcept {
        return of(self).guard(call, [&](Instance& at) {
            Context ctx(at.services_, call, Message(*raw));
            if (const auto text = at.plugin_->preprocess(ctx, ctx.message())) rewritten.put(rewritten.user, str(*text));
        });
    }

    static parley_status handle(void* self, parley_call* call, const parley_message* raw) noexcept {
        return of(self).guard(call, [&](Instance& at) {
            Context ctx(at.services_, call, Message(*raw));
            const auto* command = at.commands_.find(ctx.message().command());
            if (command == nullptr || !command->handle) throw std::logic_error("not a command of this plugin");
            command->handle(ctx);
        });
    }

    static parley_status timer(void* self, parley_call* call, const parley_message* raw) noexcept {
        return of(self).guard(call, [&](Instance& at) {
            Context ctx(at.services_, call, Message(*raw));
            at.plugin_->on_timer(ctx);
        });
    }

    static parley_status hook(void* self, parley_call* call, const parley_message* raw) noexcept {
        return of(self).guard(call, [&](Instance& at) {
            Context ctx(at.services_, call, Message(*raw));
            at.plugin_->on_hook(ctx, HookRequest(ctx.message()));
        });
    }

    static parley_status migrate(void* self, parley_call* call, parley_str from_version) noexcept {
        return of(self).guard(call, [&](Instance& at) {
            Context ctx(at.services_, call);
            at.plugin_->migrate(ctx, view(from_version));
        });
    }

    // There is no call any more to explain it with.
    static void stop(void* self) noexcept {
        try {
            of(self).plugin_->stop();
        } catch (const std::exception& error) {
            complain("stop()", error.what());
        } catch (...) {
            complain("stop()", "an exception that is not a std::exception");
        }
    }
    static void destroy(void* self) noexcept { delete static_cast<Instance*>(self); }

private:
    static Instance& of(void* self) { return *static_cast<Instance*>(self); }

    template <class Body>
    parley_status guard(parley_call* call, Body body) noexcept {
        try {
            body(*this);
            return PARLEY_OK;
        } catch (const SendHelp& help) {
            return report(call, PARLEY_SEND_HELP, help.reason());
        } catch (const UserError& error) {
            return report(call, PARLEY_INVALID, error.what());
        } catch (const NotConfirmed& reason) {
            return report(call, PARLEY_CONFIRM, reason.what());
        } catch (const ServiceError& error) {
            // Only what says that trying again may help keeps its status; to the host the others are this plugin's
            // failure.
            const auto status = error.status();
            const bool passing = status == Status::unavailable || status == Status::timeout || status == Status::gone;
            return report(call, passing ? static_cast<parley_status>(status) : PARLEY_FAILED, error.what());
        } catch (const std::exception& error) {
            return report(call, PARLEY_FAILED, error.what());
        } catch (...) {
            return report(call, PARLEY_FAILED, "an exception that is not a std::exception");
        }
    }

    parley_status report(parley_call* call, parley_status status, std::string_view text) const noexcept {
        services_.host->report(call, str(text));
        return status;
    }

    Services services_;
    std::unique_ptr<Plugin> plugin_;
    CommandTable commands_;
};

template <class P>
parley_status create(const parley_host* host, parley_plugin* out) noexcept {
    try {
        auto self = std::make_unique<Instance>(host, std::make_unique<P>());
        parley_plugin hooks{};
        hooks.size = std::min<std::uint32_t>(out->size, sizeof(hooks));
        hooks.commands = self->commands().rows();
        hooks.command_count = self->commands().size();
        hooks.start = overrides_start<P> ? &Instance::start : nullptr;
        hooks.preprocess = overrides_preprocess<P> ? &Instance::preprocess : nullptr;
        hooks.handle = overrides_handle<P> ? &Instance::handle : nullptr;
        hooks.timer = overrides_on_timer<P> ? &Instance::timer : nullptr;
        hooks.migrate = overrides_migrate<P> ? &Instance::migrate : nullptr;
        hooks.stop = overrides_stop<P> ? &Instance::stop : nullptr;
        hooks.destroy = &Instance::destroy;
        hooks.hook = overrides_on_hook<P> ? &Instance::hook : nullptr;
        hooks.self = self.release();
        std::memcpy(out, &hooks, hooks.size);
        return PARLEY_OK;
    } catch (const std::exception& error) {  // there is no call yet to explain it with
        complain("create()", error.what());
    } catch (...) {
        complain("create()", "an exception that is not a std::exception");
    }
    return PARLEY_FAILED;
}

template <class P>
constexpr parley_descriptor descriptor(const char* id, std::size_t id_size, const char* version,
                                       std::size_t version_size) {
    return {PARLEY_ABI_MAGIC, PARLEY_ABI_MAJOR,        PARLEY_ABI_MINOR, sizeof(parley_descriptor), 0,
            {id, id_size},    {version, version_size}, &create<P>};
}

}  // namespace parley::detail
