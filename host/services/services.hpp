// The host's side of the SDK: the function tables behind "parley.messaging/1" and so on. Each service is a file of its
// own; this class holds what they need. Made once by the application; tables are called on handler threads.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "extract/extractor.hpp"
#include "gpt/model.hpp"
#include "media/pictures.hpp"
#include "media/store.hpp"
#include "net/client.hpp"
#include "plugins/runtime.hpp"
#include "services/call.hpp"
#include "services/phone_zone.hpp"
#include "services/recent_log.hpp"

namespace parley::services {

// Fetches the file of an incoming message into the media store; blocks. Provided by the application, which knows the
// channels.
using FetchMedia = std::function<Result<Media>(const Inbound& message, std::chrono::steady_clock::time_point deadline)>;
// Shows or hides "typing..." in a chat of an account; [any thread], no promise. `provider_id`: the message being
// answered, which some providers want to know; may be empty.
using ShowTyping =
    std::function<void(AccountId account, const std::string& chat, const std::string& provider_id, bool on)>;
// Shows the account as being there, or as away; [any thread], no promise. Errc::unsupported: its channel cannot.
using ShowPresence = std::function<Result<void>(AccountId account, bool available)>;
// Why a message of this kind cannot leave by the account in any form, if so; [any thread].
using CanLeave = std::function<Result<void>(AccountId account, OutboundKind kind)>;
// The full chat id for what a plugin names as a recipient ("923..."), on this account's channel.
using ResolveChat = std::function<Result<std::string>(AccountId account, std::string_view to)>;

struct Collaborators {
    db::Pool& database;
    net::Client& client;
    Executor& executor;
    config::Settings& settings;
    media::Store& media;
    extract::Extractor& documents;
    media::Pictures& pictures;
    PhoneZones& zones;
    Logger log;
    FetchMedia fetch_media;
    ShowTyping show_typing;
    ShowPresence show_presence;
    ResolveChat resolve_chat;
    CanLeave can_leave;
    gpt::Model& model;  // with budgets and limits in front of it
};

class Services final : public plugins::HostServices {
public:
    explicit Services(Collaborators collaborators);

    // The runtime is made after its services; set before the first plugin is loaded.
    void set_runtime(plugins::Runtime& runtime) { runtime_ = &runtime; }
    plugins::Runtime& runtime() const { return *runtime_; }
    Collaborators& with() { return collaborators_; }
    RecentLog& recent_log() { return recent_log_; }

    const void* service(std::string_view name) const override;
    parley_call* open_call(const std::string& plugin_id, std::function<bool(std::string_view)> granted) override;
    void enter_call(parley_call* call) const override;
    std::string reported(parley_call* call) const override;
    Result<void> commit_call(parley_call* call, const std::string& version) override;
    void drop_call(parley_call* call) override;
    void report(parley_call* call, std::string_view text) const override;
    std::string last_error(parley_call* call) const override;
    std::string stored_version(const std::string& plugin_id) override;
    std::vector<std::string> disabled_plugins() override;
    void set_disabled(const std::string& plugin_id, bool disabled) override;
    bool may_have(const std::string& plugin_id, std::string_view capability) const override;

private:
    Collaborators collaborators_;
    RecentLog recent_log_;
    plugins::Runtime* runtime_ = nullptr;
};

// The tables, each in a file named after it.
extern const void* const messaging_table;
extern const void* const media_table;
extern const void* const storage_table;
extern const void* const settings_table;
extern const void* const users_table;
extern const void* const http_table;
extern const void* const timers_table;
extern const void* const log_table;
extern const void* const clock_table;
extern const void* const gpt_table;
extern const void* const plugins_table;

}  // namespace parley::services
