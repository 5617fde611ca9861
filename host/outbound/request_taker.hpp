// Sends what other programs insert into the table `send_requests`: takes rows in chunks, as the sender has room, checks
// them, and puts them into the outbox in the transaction that marks them as taken; or says in the row why it is
// refused. A NOTIFY wakes it, and it looks now and then by itself. [I/O thread]
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/send_requests.hpp"
#include "outbound/feeder.hpp"

namespace parley::outbound {

// The account that a request names, as far as sending goes.
struct Exit {
    AccountId account = 0;
    std::string channel;  // "cloud", ...
    channels::Capabilities can;
};

class RequestTaker {
public:
    // The account of that name, or for an empty one the account that is meant by nobody's naming any.
    using FindExit = std::function<Result<Exit>(const std::string& name)>;

    RequestTaker(Executor& executor, db::Pool& pool, Feeder& feeder, FindExit find_exit, Logger log);

    // Begins to look, at once and from then on.
    void start();
    // Looks at once: somebody was heard to have inserted rows.
    void look();
    // Takes nothing more.
    void stop() { stopped_ = true; }

private:
    void look_later(std::chrono::milliseconds wait);
    void read();
    void take(const std::vector<db::SendRequest>& requests);
    static Result<Outbound> to_message(const db::SendRequest& request, const Exit& exit);

    Executor& executor_;
    db::Pool& pool_;
    Feeder& feeder_;
    FindExit find_exit_;
    Logger log_;
    Executor::TimerId timer_ = 0;
    std::int64_t cursor_ = 0;  // all up to here was looked at in this round
    // Accounts, by the names they have in requests, that had no room in this round: theirs are left where they are.
    std::map<std::string, AccountId> full_;
    bool busy_ = false;
    bool again_ = false;  // heard of while busy
    bool stopped_ = false;
};

}  // namespace parley::outbound
