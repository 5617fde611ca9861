// What is read (and seldom written) beside the way of a message. All functions run in the transaction they are given.
// [database or handler threads, block] They throw when the database is unavailable; what depends on input comes back as
// a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/effects.hpp"
#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

// --- settings
std::map<std::string, std::string> read_settings(pqxx::work& tx);
// What one is now, in stored form (nothing: unset); whoever else writes it waits until this transaction ends.
std::optional<std::string> lock_setting(pqxx::work& tx, const std::string& name);
// Stored form. An empty optional: the default counts again.
void write_setting(pqxx::work& tx, const std::string& name, const std::optional<std::string>& value);
// Writes those that have no row yet; returns how many were written.
int seed_settings(pqxx::work& tx, const std::map<std::string, std::string>& values);

// --- plugin storage
struct StoredValue {
    std::string json;
    std::int64_t version = 0;
};
std::optional<StoredValue> read_storage(pqxx::work& tx, const std::string& plugin, const std::string& key);
// Ascending byte order of key, prefix matched, keys greater than `after`.
std::vector<std::pair<std::string, StoredValue>> list_storage(pqxx::work& tx, const std::string& plugin,
                                                              const std::string& prefix, const std::string& after,
                                                              std::size_t limit);
// False: a value is not the one any more that its writer had read. Then nothing of the transaction may be committed.
bool write_storage(pqxx::work& tx, const std::vector<StorageWrite>& writes);

// --- users
struct User {
    std::string id, group, name, user_group, first_seen;
};
// Of those who wrote to the organisation of this account.
std::optional<User> read_user(pqxx::work& tx, AccountId account, const std::string& id);
std::vector<User> list_users(pqxx::work& tx, AccountId account, const std::string& user_group, const std::string& after,
                             std::size_t limit);
std::vector<std::string> list_user_groups(pqxx::work& tx, AccountId account);

// --- timers
struct DueTimer {
    TimerWrite timer;
    UnixMillis due = 0;
};
std::vector<DueTimer> read_due_timers(pqxx::work& tx, UnixMillis until, std::size_t limit);
std::vector<DueTimer> list_timers(pqxx::work& tx, const std::string& plugin, AccountId account,
                                  const std::string& chat);
// When the next one is due; nothing: none is set.
std::optional<UnixMillis> next_timer(pqxx::work& tx);

// --- plugins
std::string read_plugin_version(pqxx::work& tx, const std::string& plugin);
void write_plugin_version(pqxx::work& tx, const std::string& plugin, const std::string& version);
std::vector<std::string> read_disabled_plugins(pqxx::work& tx);
void write_plugin_disabled(pqxx::work& tx, const std::string& plugin, bool disabled);

// --- messages
// (status, error) of a message of either direction; "queued" while it stands in the outbox.
std::optional<std::pair<std::string, std::string>> read_message_state(pqxx::work& tx, MessageId id);

// A message of either direction, by the provider's id, if it is of this chat and of the last month.
struct QuotedMessage {
    bool ours = false;
    std::string sender, text;
    std::optional<Media> media;  // `stored` is empty while the file is not here
};
std::optional<QuotedMessage> read_quoted(pqxx::work& tx, AccountId account, const std::string& chat,
                                         const std::string& provider_id);

// Has somebody else written in this chat since then? Or, to this account, the person of that name (as in
// contact_identities) in another: providers spell some numbers in two ways, and show a user id where they hide one.
bool heard_since(pqxx::work& tx, AccountId account, const std::string& chat, const std::string& person,
                 UnixMillis since);

// --- dead letters
struct DeadLetter {
    MessageId id = 0;
    std::string kind, reason, content, created_at;
    AccountId account = 0;
};
// `before`: letters with smaller ids, newest first. Of one kind, or of all: empty.
std::vector<DeadLetter> list_dead_letters(pqxx::work& tx, const std::string& kind, MessageId before, std::size_t limit);
std::optional<DeadLetter> read_dead_letter(pqxx::work& tx, MessageId id);
// Forgets it for good. False: there is none.
bool drop_dead_letter(pqxx::work& tx, MessageId id);
// The raw body of a webhook that could not be understood, and whose it was. It stays: reading it again may fail again.
struct BuriedWebhook {
    AccountId account = 0;  // 0: of no account here
    std::string raw;
};
std::optional<BuriedWebhook> read_webhook(pqxx::work& tx, MessageId id);
void forget_webhook(pqxx::work& tx, MessageId id);
// Is a message of ours beside that one known to have been sent under this provider's id, or any not to have been
// delivered under it?
bool is_recorded(pqxx::work& tx, AccountId account, const std::string& provider_id, MessageId beside);
// Puts a dead message back into inbox or outbox. False: there is none of that id, or it is a webhook.
bool requeue(pqxx::work& tx, MessageId id);

// A sending that its provider reported as failed.
struct Undelivered {
    AccountId account = 0;
    std::string provider_id;
};
// Those of their messages back into the outbox that can be sent once more without anybody's looking: they were made
// within a day, were sent again less than `most` times, are still dead letters, and nothing was sent in their chat
// after them. Returns how many. Run again it changes nothing.
std::size_t requeue_undelivered(pqxx::work& tx, const std::vector<Undelivered>& which, int most);

}  // namespace parley::db
