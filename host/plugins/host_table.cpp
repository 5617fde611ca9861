#include "plugins/host_table.hpp"

#include <algorithm>
#include <atomic>

namespace parley::plugins {
namespace {

std::atomic<const HostServices*> process_services{nullptr};

const HostServices* services_here() {
    if (const auto* inside = InsidePlugin::current()) return inside->services();
    return process_services.load(std::memory_order_acquire);
}

// These are called by plugins, which must not see a C++ exception: what goes wrong here has nobody to be told but the
// log of the services themselves.
void report(parley_call* call, parley_str text) noexcept {
    if (const auto* services = services_here()) services->report(call, std::string_view(text.data, text.size));
}

void last_error(parley_call* call, parley_sink sink) noexcept {
    const auto* services = services_here();
    if (!services || !sink.put) return;
    const std::string text = services->last_error(call);
    sink.put(sink.user, parley_str{text.data(), text.size()});
}

}  // namespace

bool is_granted(const std::vector<std::string>& granted, std::string_view capability) {
    if (capability == "log" || capability == "clock") return true;
    return std::find(granted.begin(), granted.end(), capability) != granted.end();
}

bool may_fetch(const std::vector<std::string>& granted, std::string_view service_name) {
    constexpr std::string_view prefix = "parley.";
    const auto slash = service_name.find('/');
    if (!service_name.starts_with(prefix) || slash == std::string_view::npos) return false;
    const auto subject = service_name.substr(prefix.size(), slash - prefix.size());
    if (is_granted(granted, subject)) return true;
    return std::any_of(granted.begin(), granted.end(), [subject](const std::string& capability) {
        return capability.size() > subject.size() && capability.starts_with(subject) &&
               capability[subject.size()] == '.';
    });
}

HostTable::HostTable(std::vector<std::string> granted, Source source)
    : granted_(std::move(granted)), source_(std::move(source)) {
    static constexpr std::string_view version = PARLEY_VERSION;
    host_.size = sizeof host_;
    host_.abi_major = PARLEY_ABI_MAJOR;
    host_.abi_minor = PARLEY_ABI_MINOR;
    host_.version = parley_str{version.data(), version.size()};
    host_.context = this;
    host_.service = &HostTable::service;
    host_.report = &report;
    host_.last_error = &last_error;
}

const void* HostTable::service(void* context, parley_str name) {
    const auto* self = static_cast<const HostTable*>(context);
    const std::string_view text(name.data, name.size);
    return may_fetch(self->granted_, text) ? self->source_(text) : nullptr;
}

void set_process_services(const HostServices* services) {
    process_services.store(services, std::memory_order_release);
}

void clear_process_services(const HostServices* services) {
    process_services.compare_exchange_strong(services, nullptr);
}

}  // namespace parley::plugins
