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
    std::string value;  // as stored: secrets sealed
    // The value that this handling had read; nothing: a secret, whose stored form says nothing. Another one in the
    // database means somebody was faster: the handling runs again.
    std::optional<std::string> expected{};
    // What was read is what holds where the database has none.
    bool may_be_absent = false;
};

struct UserGroupWrite {
    AccountId account = 0;  // in the organisation of this one
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
    AccountId account = 0;  // which they wrote to
    std::string id;
    std::string group;
    std::string name;
};

// Who makes a change, as the audit log names them.
struct Actor {
    std::string kind;      // "person", "api_key", "local" (the operator of the machine), "chat" (an admin who writes)
    std::int64_t id = 0;   // of the person or key
    std::string name;      // at that time; of "chat": Inbound::sender
    std::string remote{};  // where from: an address, a channel
};

// A change, told in the words of the API. No field holds a secret.
struct ChangeNote {
    std::string action;             // operation that does the same: "putSetting"
    std::string target;             // path of it
    std::string before{}, after{};  // JSON; empty: was not there, or is not shown
    int status = 200;               // as an answer tells it: 202 was asked for, 401 was refused
};

// Something an admin asked the plugin runtime for; begins after the commit.
struct PluginRequest {
    std::string action;
    std::string target;
};

// Who talks with the language model where. Nothing of one conversation is ever told in another.
struct ConversationKey {
    AccountId account = 0;
    std::string chat;
    std::string person;  // Inbound::sender: in a group everybody has a conversation of their own
};

// A command that the language model wants to run and the person has to agree to.
struct PendingCommand {
    std::string command;
    std::string arguments;
    UnixMillis until = 0;
};

// One question to the language model and its answer, as the conversation remembers it.
struct TurnWrite {
    ConversationKey conversation;
    std::string asked;
    std::string attached;  // text of a document
    std::string answered;  // empty: there was no answer
    std::string model;
    std::int64_t input_tokens = 0, output_tokens = 0;
    std::string error;                      // for admins
    bool foreign_words = false;             // words of others came in: a document, a picture, a quotation
    std::optional<PendingCommand> pending;  // nothing: none waits any more
};

struct Effects {
    std::vector<Outbound> replies;
    std::vector<StorageWrite> storage;
    std::vector<SettingWrite> settings;
    std::vector<UserGroupWrite> user_groups;
    std::vector<TimerWrite> timers;
    std::optional<NewUser> new_user;
    std::vector<PluginRequest> plugin_requests;
    std::vector<MessageId> joined;  // messages of the same chat that this handling answers as well
    std::optional<TurnWrite> turn;
    std::optional<ConversationKey> forget;  // this conversation is over; the next words begin another
    Actor actor;                            // who made `changes`
    std::vector<ChangeNote> changes;        // for the audit log
    std::string failure;  // not empty: the handling failed; the message goes to the dead letters with this reason

    // Can it be written by the one statement that all plain handlings of a batch share?
    bool plain() const {
        return storage.empty() && settings.empty() && user_groups.empty() && timers.empty() && changes.empty() &&
               !turn && !forget && failure.empty();
    }
};

}  // namespace parley
