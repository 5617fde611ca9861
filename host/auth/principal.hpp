// Who asks: a person who signed in, a program with an API key, or the operator of this machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/unique_function.hpp"
#include "net/http.hpp"

namespace parley::auth {

enum class Role {
    user,       // rooms and own things
    operator_,  // messages, chats, contacts, campaigns
    admin,      // everything
};
const char* to_string(Role role);  // "user", "operator", "admin"
std::optional<Role> role_from(std::string_view text);

struct Principal {
    enum class Kind {
        person,   // bearer token of a sign-in; `id` is the user's
        api_key,  // `id` is the key's
        local,    // control socket, or API_TOKEN: an admin without a row
    };
    Kind kind = Kind::person;
    std::int64_t id = 0;
    std::int64_t token = 0;  // the row of the token used; 0: none
    std::string name;        // for the audit log
    Role role = Role::user;
    std::set<std::string>
        scopes;  // of an API key: "messages:read", "campaigns:write", ...; a person has all of the role
};

// "person", "api_key", "local": as the audit log names them.
const char* to_string(Principal::Kind kind);

inline constexpr const char* too_many_wrong = "too many wrong keys came from your address; wait and try again";

// Turns the Authorization header of a request (or `token` of a WebSocket's address) into who is asking.
class Authenticator {
public:
    virtual ~Authenticator() = default;

    // [I/O thread] `done` is called on the I/O thread, perhaps from inside the call: nothing for a missing, wrong,
    // expired or revoked token. Throws nothing; when the database is away the answer is `unavailable`.
    struct Answer {
        std::optional<Principal> principal;
        bool unavailable = false;
        std::chrono::seconds wait{0};  // not zero: too many wrong ones came from that address; nobody looked
    };
    virtual void authenticate(const net::Request& request, UniqueFunction<void(Answer)> done) = 0;

    // [I/O thread] For what stays open (a socket, a stream): `lost` is called once, on the I/O thread and not from
    // inside this call, when what this principal signed in with does not hold any more: logged out, revoked, expired,
    // not used for too long, disabled. Within a second when it was revoked, within half a minute when its time was up.
    // Destroying what is returned ends the watch. Null: it cannot be lost (the operator of this machine).
    virtual std::shared_ptr<void> watch(const Principal& principal, UniqueFunction<void()> lost) {
        (void)principal, (void)lost;
        return nullptr;
    }

    // [I/O thread] They did something over what stays open. Being open is no use of a sign-in.
    virtual void used(const Principal& principal) { (void)principal; }
};

}  // namespace parley::auth
