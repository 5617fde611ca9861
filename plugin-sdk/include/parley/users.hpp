// Who has written to the bot.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/services/users.h"
#include "detail/bridge.hpp"
#include "json.hpp"

namespace parley {

struct User {
    std::string id;     // phone number, digits only
    std::string group;  // the chat group in which this person was first seen, or empty
    std::string name;
    std::string user_group;  // the name that admins gave to a set of users, at first "signedup"
    std::string first_seen;
};

class Users {
public:
    Users(detail::Link link, const parley_users* table) : link_(link), table_(table) {}

    // Empty: never seen.
    std::optional<User> get(std::string_view id) const {
        detail::Collector json;
        if (!detail::found(link_, table_->get(link_.call, detail::str(id), json.sink()), "users.get")) {
            return std::nullopt;
        }
        return read(json.text());
    }

    // Each person once, in order of id, those after `after`, at most `limit` (0: 10,000); of one user group or of all.
    std::vector<User> list(std::string_view user_group = {}, std::string_view after = {},
                           std::uint32_t limit = 0) const {
        detail::Collector json;
        detail::check(link_, table_->list(link_.call, detail::str(user_group), detail::str(after), limit, json.sink()),
                      "users.list");
        std::vector<User> users;
        for (const auto& text : json.take()) users.push_back(read(text));
        return users;
    }

    // All of them, page by page: visit(user).
    template <class Visit>
    void each(std::string_view user_group, Visit visit) const {
        constexpr std::uint32_t page_size = 10'000;
        std::string after;
        for (;;) {
            const auto page = list(user_group, after, page_size);
            for (const auto& user : page) visit(user);
            if (page.size() < page_size) return;
            after = page.back().id;
        }
    }

    std::vector<std::string> groups() const {
        detail::Collector names;
        detail::check(link_, table_->groups(link_.call, names.sink()), "users.groups");
        return names.take();
    }

    // Joins the effects; only for admins. False: never seen.
    bool set_group(std::string_view id, std::string_view user_group) const {
        return detail::found(link_, table_->set_group(link_.call, detail::str(id), detail::str(user_group)),
                             "users.set_group");
    }

private:
    static User read(const std::string& text) {
        const auto json = Json::parse(text);
        return {json["id"].as_string(), json["group"].as_string(), json["name"].as_string(),
                json["user_group"].as_string(), json["first_seen"].as_string()};
    }

    detail::Link link_;
    const parley_users* table_;
};

}  // namespace parley
