// Registering, signing in and out, and what admins do with people. [I/O thread] Every `done` is called there, once.
//
// Nobody learns whether somebody exists from signing in: the answer is the same, and the same work is done.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "auth/passwords.hpp"
#include "auth/principal.hpp"
#include "auth/throttle.hpp"
#include "auth/token_authenticator.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/people.hpp"

namespace parley::auth {

// Why not, and whether to come again: 429 with Retry-After when `retry_after` is not zero.
struct Refusal {
    Error error;
    std::chrono::seconds retry_after{0};
};

// What Outcome::value() throws when there is none.
[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
    throw ErrorException(refusal.error);
}

template <class T>
using Outcome = boost::system::result<T, Refusal>;

// Where a request came from.
struct Origin {
    std::string remote;  // address
    std::string label;   // the program, as it calls itself
    bool local = false;  // the operator of this machine, or somebody who may add people: never throttled
};

class People {
public:
    struct Parts {
        Executor& executor;
        db::Pool& pool;
        Passwords& passwords;
        TokenAuthenticator& authenticator;
        Logger log;
    };
    explicit People(Parts parts);

    template <class T>
    using Done = UniqueFunction<void(Outcome<T>)>;

    // A new person. Who registers by themselves is told in the audit log; who is added by others is so elsewhere.
    // Errc::invalid: name or password will not do; Errc::conflict: the name is taken.
    void add(std::string username, Secret password, Role role, const Origin& origin, Done<db::Person> done);

    struct SignedIn {
        db::Person person;
        Secret token;
        std::chrono::seconds lifetime{0};
    };
    // Errc::unauthorized, whatever of the two is wrong. The audit log has it, right or wrong; names that nobody has are
    // not written there, for some of them are passwords.
    void sign_in(std::string username, Secret password, const Origin& origin, Done<SignedIn> done);

    // The operator of the machine, who proved to be that in another way: as an admin without a password, for 8 hours.
    // Errc::unauthorized: admins have disabled that.
    void sign_in_operator(const Origin& origin, Done<SignedIn> done);

    // Takes away the token that the principal used; nothing to do for keys and the operator of this machine.
    void sign_out(const Principal& principal, const Origin& origin, Done<void> done);

    // One of a person's tokens; false: there is none.
    void revoke_token(db::PersonId person, std::int64_t token, Done<bool> done);

    // What admins do, by name. All of them end the person's sign-ins. Errc::not_found.
    void set_role(const std::string& username, Role role, Done<void> done);
    void set_password(const std::string& username, Secret password, Done<void> done);
    void set_disabled(const std::string& username, bool disabled, Done<void> done);

private:
    struct Attempt;
    void check_password(std::shared_ptr<Attempt> attempt);
    void note_refusal(const Attempt& attempt);
    void issue_token(std::shared_ptr<Attempt> attempt, std::string rehashed);
    void change(const std::string& username, std::function<db::Taken(pqxx::work&, db::PersonId)> how, Done<void> done);

    Parts parts_;
    Throttle tries_, addresses_, registrations_;
};

}  // namespace parley::auth
