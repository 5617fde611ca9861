// Settings: what admins change while the host runs. They live in the database, are taken from the environment the first
// time, and are read here from memory. Names are those of the environment variables in lower case.
//
// [any thread] Reading takes a snapshot and no lock that a writer holds for long.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/vault.hpp"
#include "core/error.hpp"

namespace parley::config {

struct SettingDefinition {
    std::string_view name;
    std::string_view description;
    std::string_view fallback;  // when neither database nor environment has it
    bool secret = false;        // encrypted at rest, shown masked
    enum class Kind {
        text,
        list_of_numbers,
        word,
        url,
        flag,
        number,  // whole, from `least` to `most`
        choice,  // one of `choices`
        usd,     // an amount of money, "2.50"
        prices,  // see config/prices.hpp
        zone,    // of time: "Europe/Berlin"; empty: the machine's
    } kind = Kind::text;
    std::int64_t least = 0, most = 0;
    std::string_view choices{};  // separated by spaces
};

// All there are, in alphabetical order, but for hook_secret_<plugin>: there is one for any plugin.
const std::vector<SettingDefinition>& setting_definitions();
// By its name; null: there is none. Its own `name` is shorter for hook_secret_<plugin>.
const SettingDefinition* setting_definition(std::string_view name);
bool is_hook_secret(std::string_view name);

class Settings {
public:
    explicit Settings(const Vault& vault);

    using Values = std::map<std::string, std::string, std::less<>>;

    // The plain value, "" when unset or unknown.
    std::string get(std::string_view name) const;
    bool flag(std::string_view name) const;
    std::int64_t number(std::string_view name) const;     // of kind number
    std::int64_t micro_usd(std::string_view name) const;  // of kind usd
    bool known(std::string_view name) const;
    // The address that public_url or whatsapp_client_url gives now: <name>_test in its place while debug is on and it
    // has a value.
    std::string address(std::string_view name) const;

    bool is_admin(std::string_view number) const;
    bool is_blacklisted(std::string_view number) const;
    bool is_whitelisted(std::string_view number) const;  // everybody is while the list is empty
    std::string admin_prefix() const;

    // name -> value for showing: secrets masked.
    Values shown() const;
    // One value of that name, shown so.
    std::string shown(std::string_view name, const std::string& value) const;

    // Is `value` one that `name` can take? Returns it in its normal form ("1, 2" -> "1,2"). Errc::not_found,
    // Errc::invalid.
    Result<std::string> check(std::string_view name, std::string_view value) const;

    // Those names whose value here is another one than in `plain`, which are as check() returns them.
    std::vector<std::string> differing(const Values& plain) const;

    // As it stands in the database: secrets sealed. And back.
    std::string to_stored(std::string_view name, const std::string& value) const;

    // The environment's values that are not empty: what a new database begins with. Plain, not checked yet.
    static Values from_environment(const std::map<std::string, std::string, std::less<>>& environment);

    // [after a commit] What the database holds now, whole or one value; both in stored form.
    Result<void> load(const std::map<std::string, std::string>& stored);
    void apply(const std::string& name, const std::string& stored);

    // The same for those of them that changed without being applied; secrets are not compared. What is not stored has
    // its fallback. `read_at` is the revision() from before they were read. False: something was applied since, they
    // may be older than that, and nothing was done.
    bool refresh(const std::map<std::string, std::string>& stored, std::uint64_t read_at);
    // Grows with every value that is applied.
    std::uint64_t revision() const;

    // Called after a value changed, on the thread that applied it.
    void on_change(std::function<void(const std::string& name)> changed);

private:
    struct Snapshot {
        Values values;
        std::vector<std::string> admins, blacklisted, whitelisted;  // sorted
        std::string admin_prefix;
    };
    std::shared_ptr<const Snapshot> snapshot() const;
    static std::shared_ptr<const Snapshot> make_snapshot(Values values);

    const Vault& vault_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Snapshot> snapshot_;
    std::uint64_t revision_ = 0;
    std::function<void(const std::string&)> changed_;
};

}  // namespace parley::config
