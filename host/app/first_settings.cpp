#include "app/first_settings.hpp"

#include <algorithm>
#include <cctype>

#include "db/store/repositories.hpp"

namespace parley::app {
namespace {

// Never the values: secrets are among them.
void tell_what_is_ignored(const config::Settings& settings, const config::Settings::Values& environment,
                          const Logger& log) {
    for (const auto& name : settings.differing(environment)) {
        std::string variable = name;
        std::transform(variable.begin(), variable.end(), variable.begin(),
                       [](unsigned char c) { return std::toupper(c); });
        log.warn("setting.environment_ignored",
                 {{"variable", variable},
                  {"why", "the database has another value, which counts: change it with `/admin setting -c " + name +
                              " ...`, or take the variable away"}});
    }
}

}  // namespace

Result<void> load_settings(config::Settings& settings, const config::Environment& environment, db::Pool& pool,
                           const Logger& log) {
    config::Settings::Values given;
    std::map<std::string, std::string> stored, first;
    for (const auto& [name, value] : config::Settings::from_environment(environment)) {
        auto checked = settings.check(name, value);
        if (!checked) return make_error(Errc::invalid, "environment: " + checked.error().message);
        first[name] = settings.to_stored(name, *checked);
        given[name] = std::move(*checked);
    }
    try {
        pool.run([&](pqxx::work& tx) {
            db::seed_settings(tx, first);
            stored = db::read_settings(tx);
        });
    } catch (const ErrorException& failure) {
        return failure.error();
    }
    if (auto loaded = settings.load(stored); !loaded) return loaded;
    tell_what_is_ignored(settings, given, log);
    if (settings.flag("debug"))
        log.warn("debug.on", {{"why", "only admins are answered: `/admin setting -c debug false` lets everybody in"}});
    return {};
}

}  // namespace parley::app
