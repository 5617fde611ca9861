// One identity on a channel, as people configure it: a phone number, a sender, a gateway's device.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/message.hpp"
#include "core/secret.hpp"

namespace parley::accounts {

struct Account {
    AccountId id = 0;  // 0: not stored yet
    std::string organisation = "default";
    std::string channel;
    std::string name;                                        // unique in this host: a-z, 0-9, '-', '_'
    std::map<std::string, std::string, std::less<>> fields;  // what may be seen
    std::map<std::string, Secret, std::less<>> secrets;      // what may not
    bool enabled = true;

    // The value of a field that may be seen, or its default; empty when neither is there.
    std::string get(std::string_view field) const;
    Secret secret(std::string_view field) const;
    double number(std::string_view field) const;
    bool flag(std::string_view field) const { return get(field) == "true"; }
};

// What an account of a channel is made of.
struct Field {
    enum class Kind { text, url, number, flag, word };

    std::string_view name;
    std::string_view environment;  // the variable that makes the first account; empty: none
    std::string_view help;
    Kind kind = Kind::text;
    bool secret = false;
    bool required = false;
    bool address = false;  // how the provider names the account: no two accounts of a channel share it
    std::string_view fallback = {};
};

// Channels that accounts can be made for ("cloud", "twilio", "gateway"), and their fields. Unknown: no fields.
const std::vector<std::string_view>& configurable_channels();
const std::vector<Field>& fields_of(std::string_view channel);

// Is it complete, and is every value one that its field can take? Errors name the field and say what to do.
Result<void> check(const Account& account);

// The account's address for its provider, empty if its channel has none.
std::string address_of(const Account& account);

// Puts a value in, as a secret or not. Errc::not_found names the fields there are. An empty value takes it out.
Result<void> assign(Account& account, std::string_view field, const std::string& value);

// The accounts that the environment describes: one a channel whose required variables are all there, named after the
// channel. A channel with some of them and not all is an error that names what is missing.
Result<std::vector<Account>> from_environment(const std::map<std::string, std::string, std::less<>>& environment);

// The variables of an account that the environment describes whose values `stored` does not have.
std::vector<std::string> differing_variables(const Account& of_environment, const Account& stored);

}  // namespace parley::accounts
