// People who sign in and the rooms they talk in: who is asking, what is said, and the bot among them. [I/O thread] Made
// and destroyed while the loop does not run its work.
#pragma once

#include <memory>

#include "app/accounts.hpp"
#include "app/files.hpp"
#include "auth/passwords.hpp"
#include "auth/people.hpp"
#include "auth/sign_in_code.hpp"
#include "auth/token_authenticator.hpp"
#include "db/listener.hpp"
#include "rooms/door.hpp"
#include "rooms/rooms.hpp"

namespace parley::app {

class People {
public:
    struct Parts {
        const config::Config& config;
        const db::DatabaseOptions& database;
        db::Pool& pool;
        net::Loop& loop;
        Accounts& accounts;
        Files& files;
        pipeline::Intake& intake;
        Logger log;
    };
    explicit People(Parts parts);

    // The accounts are open: from here on the bot is in the rooms.
    void start();

    auth::TokenAuthenticator& authenticator() { return authenticator_; }
    auth::People& people() { return people_; }
    auth::SignInCode& sign_in_code() { return sign_in_code_; }
    rooms::Rooms& rooms() { return rooms_; }
    rooms::Door& door() { return door_; }
    const rooms::Hub& hub() const { return hub_; }
    const rooms::Link& link() const { return link_; }

private:
    void offer(channels::Decoded decoded, UniqueFunction<void(bool)> done);

    Parts parts_;
    rooms::Link link_;
    auth::Passwords passwords_;
    auth::TokenAuthenticator authenticator_;
    auth::People people_;
    auth::SignInCode sign_in_code_;
    rooms::Hub hub_;
    rooms::Rooms rooms_;
    rooms::Door door_;
    std::unique_ptr<db::Listener> listener_;  // last: its thread calls the others
};

}  // namespace parley::app
