#include "parley/abi/services/users.h"

#include <boost/json.hpp>

#include "core/text.hpp"
#include "db/store/repositories.hpp"
#include "plugins/handler_pool.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

constexpr std::uint32_t most_users = 10'000;

std::string to_json(const db::User& user) {
    boost::json::object object;
    object["id"] = user.id;
    object["group"] = user.group;
    object["name"] = user.name;
    object["user_group"] = user.user_group;
    object["first_seen"] = user.first_seen;
    return boost::json::serialize(object);
}

template <class Body>
void in_database(parley_call* call, Body body) {
    plugins::HandlerPool::BlockingSection waiting;
    call->services.with().database.run(body);
}

// Whose users: those of the organisation of the account that the handling is about. In start() and migrate() there is
// none, and nobody is known.
AccountId account_of(parley_call* call) {
    return call->state.message ? call->state.message->account : 0;
}

bool storable(parley_str text) {
    return text::is_storable(view(text));
}

parley_status get(parley_call* call, parley_str id, parley_sink json) {
    return guarded(call, [&]() -> parley_status {
        if (!storable(id)) return call->fail(PARLEY_INVALID, "the number is not UTF-8");
        std::optional<db::User> user;
        in_database(call, [&](pqxx::work& tx) { user = db::read_user(tx, account_of(call), std::string(view(id))); });
        if (!user) return call->fail(PARLEY_NOT_FOUND, "that number has never written to the bot");
        put(json, to_json(*user));
        return PARLEY_OK;
    });
}

parley_status list(parley_call* call, parley_str user_group, parley_str after, std::uint32_t limit, parley_sink json) {
    return guarded(call, [&]() -> parley_status {
        if (!storable(user_group) || !storable(after)) return call->fail(PARLEY_INVALID, "the group is not UTF-8");
        if (limit == 0 || limit > most_users) limit = most_users;
        std::vector<db::User> users;
        in_database(call, [&](pqxx::work& tx) {
            users =
                db::list_users(tx, account_of(call), std::string(view(user_group)), std::string(view(after)), limit);
        });
        for (const auto& user : users) put(json, to_json(user));
        return PARLEY_OK;
    });
}

parley_status groups(parley_call* call, parley_sink names) {
    return guarded(call, [&]() -> parley_status {
        std::vector<std::string> found;
        in_database(call, [&](pqxx::work& tx) { found = db::list_user_groups(tx, account_of(call)); });
        for (const auto& name : found) put(names, name);
        return PARLEY_OK;
    });
}

parley_status set_group(parley_call* call, parley_str id, parley_str user_group) {
    return guarded(call, [&]() -> parley_status {
        if (!call->state.from_admin) return call->fail(PARLEY_DENIED, "only admins may put users into groups");
        if (!storable(id) || !storable(user_group) || user_group.size > 64)
            return call->fail(PARLEY_INVALID, "a user group is up to 64 bytes of UTF-8");
        std::optional<db::User> user;
        in_database(call, [&](pqxx::work& tx) { user = db::read_user(tx, account_of(call), std::string(view(id))); });
        if (!user) return call->fail(PARLEY_NOT_FOUND, "that number has never written to the bot");
        call->state.effects.user_groups.push_back(
            {account_of(call), std::string(view(id)), std::string(view(user_group))});
        call->state.effects.changes.push_back(
            {"setUserGroup", "/users/" + std::string(view(id)), "",
             boost::json::serialize(boost::json::object{{"user_group", view(user_group)}})});
        return PARLEY_OK;
    });
}

constexpr parley_users table{sizeof(parley_users), get, list, groups, set_group};

}  // namespace

const void* const users_table = &table;

}  // namespace parley::services
