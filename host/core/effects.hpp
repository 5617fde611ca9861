// All that one handling wants to change. It is committed in one transaction with "this inbound message is handled", or
// not at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/message.hpp"

namespace parley {

struct StorageWrite {
    std::string plugin;
    std::string key;
    std::optional<std::string> value;  // JSON; nothing: remove
    // The version this handling read before it wrote: 0 "was not there", nothing "was not read". Another version in the
    // database means somebody was faster: the handling runs again.
    std::optional<std::int64_t> expected;
};

struct SettingWrite {
    std::string name;
    std::string value;
};

struct UserGroupWrite {
    std::string user;
    std::string user_group;
};

struct TimerWrite {
    std::string plugin;
    AccountId account = 0;
    std::string chat;
    std::string name;
    std::optional<UnixMillis> due;  // nothing: cancel
    std::string payload;
    std::string sender;
    std::string group;
};

struct NewUser {
    std::string id;
    std::string group;
    std::string name;
};

// Something an admin asked the plugin runtime for; begins after the commit.
struct PluginRequest {
    std::string action;
    std::string target;
};

struct Effects {
    std::vector<Outbound> replies;
    std::vector<StorageWrite> storage;
    std::vector<SettingWrite> settings;
    std::vector<UserGroupWrite> user_groups;
    std::vector<TimerWrite> timers;
    std::optional<NewUser> new_user;
    std::vector<PluginRequest> plugin_requests;
    std::string failure;  // not empty: the handling failed; the message goes to the dead letters with this reason

    // Can it be written by the one statement that all plain handlings of a batch share?
    bool plain() const {
        return storage.empty() && settings.empty() && user_groups.empty() && timers.empty() && failure.empty();
    }
};

}  // namespace parley
