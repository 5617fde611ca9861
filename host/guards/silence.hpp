// Where the language model is silent: in chats in which a human answers, and with people who want none of it. The
// tables count; all that holds is in memory as well, brought up to date by what is written here and, for what others
// wrote, by NOTIFY.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/log.hpp"
#include "core/unique_function.hpp"
#include "db/listener.hpp"
#include "db/pool.hpp"
#include "db/store/silence.hpp"

namespace parley::guards {

class Silence {
public:
    Silence(Executor& executor, db::Pool& pool, Logger log) : executor_(executor), pool_(pool), log_(std::move(log)) {}

    // [not the I/O thread, blocks] Reads all. Throws ErrorException when the database is away.
    void load();
    // [I/O thread] Begins to listen.
    void start(const db::DatabaseOptions& database);
    void stop() { listener_.reset(); }

    // [any thread] Does a human answer in this chat?
    bool human_answers(AccountId account, const std::string& chat, UnixMillis now = unix_now()) const;
    // [any thread] Did this person say that they want no answers of a language model?
    bool unwanted(AccountId account, const std::string& person) const;

    // [I/O thread] Takes a chat over until `ends`, 0: until it is given back. One that is held for longer stays so:
    // false. `by`: for people. `done` is called later, on the I/O thread.
    using Done = UniqueFunction<void(Result<bool>)>;
    void take(AccountId account, std::string chat, std::string by, UnixMillis ends, Done done);
    // Gives it back; false: nobody had it.
    void give_back(AccountId account, std::string chat, Done done);

    // [not the I/O thread, blocks] A person wants answers of the language model, or none. Throws ErrorException when
    // the database is away.
    void want(AccountId account, const std::string& person, bool wanted);

private:
    using Key = std::pair<AccountId, std::string>;
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return std::hash<std::string>()(key.second) * 31 + static_cast<std::size_t>(key.first);
        }
    };
    void read_changes();
    void change(std::function<bool(pqxx::work&)> write, Done done);
    void put(const std::vector<db::Takeover>& rows);
    void put(const std::vector<db::AiWish>& wishes);

    Executor& executor_;
    db::Pool& pool_;
    Logger log_;
    mutable std::mutex mutex_;
    std::unordered_map<Key, UnixMillis, Hash> ends_;  // of takeovers; 0: open
    std::unordered_set<Key, Hash> unwanted_;          // by person
    UnixMillis read_until_ = 0;
    std::unique_ptr<db::Listener> listener_;  // last: its thread calls the others
};

}  // namespace parley::guards
