// The parley_host that one plugin is given: services by name, only those it was granted.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/runtime.hpp"

namespace parley::plugins {

// Was `capability` granted? "log" and "clock" always are.
bool is_granted(const std::vector<std::string>& granted, std::string_view capability);

// "parley.storage/1" needs the capability "storage", or one that refines it, like "settings.write" for settings.
bool may_fetch(const std::vector<std::string>& granted, std::string_view service_name);

class HostTable {
public:
    using Source = std::function<const void*(std::string_view name)>;

    // `source` is asked for what is granted; any thread.
    HostTable(std::vector<std::string> granted, Source source);
    HostTable(const HostTable&) = delete;
    HostTable& operator=(const HostTable&) = delete;

    const parley_host* get() const { return &host_; }
    const std::vector<std::string>& granted() const { return granted_; }

private:
    static const void* service(void* context, parley_str name);

    std::vector<std::string> granted_;
    Source source_;
    parley_host host_{};
};

// parley_host.report and .last_error carry no context of ours, so they go to the services of the plugin that runs on
// this thread (InsidePlugin) or else to these, the process's. Null: nothing is said.
void set_process_services(const HostServices* services);
void clear_process_services(const HostServices* services);

}  // namespace parley::plugins
