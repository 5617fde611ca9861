#include "services/services.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <sstream>

#include "core/text.hpp"
#include "db/store/repositories.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

// A call outside any message owns its state, which must be there before the call that refers to it.
struct OwnState {
    HandlingState own;
};

struct LifecycleCall : OwnState, parley_call {
    LifecycleCall(Services& host, std::string plugin_id, std::function<bool(std::string_view)> may_have)
        : parley_call{host, own, std::move(plugin_id), std::move(may_have), {}, {}} {}
};

}  // namespace

Services::Services(Collaborators collaborators) : collaborators_(std::move(collaborators)) {}

const void* Services::service(std::string_view name) const {
    struct Entry {
        std::string_view name;
        const void* table;
    };
    static const Entry entries[] = {
        {"parley.messaging/1", messaging_table}, {"parley.media/1", media_table},
        {"parley.storage/1", storage_table},     {"parley.settings/1", settings_table},
        {"parley.users/1", users_table},         {"parley.http/1", http_table},
        {"parley.timers/1", timers_table},       {"parley.log/1", log_table},
        {"parley.clock/1", clock_table},         {"parley.gpt/1", gpt_table},
        {"parley.plugins/1", plugins_table},
    };
    for (const auto& entry : entries)
        if (entry.name == name) return entry.table;
    return nullptr;
}

parley_call* Services::open_call(const std::string& plugin_id, std::function<bool(std::string_view)> granted) {
    return new LifecycleCall(*this, plugin_id,
                             std::move(granted));  // owned by the caller until commit_call or drop_call
}

// Outside any message nothing but storage can be written: replies, timers and settings need a chat or an admin.
Result<void> Services::commit_call(parley_call* call, const std::string& version) {
    const std::unique_ptr<LifecycleCall> owner(static_cast<LifecycleCall*>(call));
    try {
        collaborators_.database.run([&](pqxx::work& tx) {
            if (!db::write_storage(tx, owner->own.effects.storage))
                throw ErrorException(make_error(Errc::unavailable, "a value that it had read has changed meanwhile"));
            db::write_plugin_version(tx, owner->plugin, version);
        });
    } catch (const ErrorException& failure) {
        return failure.error();
    }
    return {};
}

void Services::enter_call(parley_call* call) const {
    call->thread = std::this_thread::get_id();
}

void Services::drop_call(parley_call* call) {
    delete static_cast<LifecycleCall*>(call);
}

std::string Services::reported(parley_call* call) const {
    return call->reported;
}

// The words end in rows and replies, whatever bytes a plugin's exception is made of.
void Services::report(parley_call* call, std::string_view text) const {
    if (!call || !call->is_on_its_thread()) return;
    call->reported = std::string(text::truncate_utf8(text, 4096));
    if (text::is_storable(call->reported)) return;
    for (char& byte : call->reported)
        if (byte == '\0' || static_cast<unsigned char>(byte) >= 0x80) byte = '?';
}

std::string Services::last_error(parley_call* call) const {
    if (call && !call->is_on_its_thread()) return "services answer the thread of the hook alone, and this is another";
    return call ? call->last_error : std::string();
}

std::string Services::stored_version(const std::string& plugin_id) {
    std::string version;
    collaborators_.database.run([&](pqxx::work& tx) { version = db::read_plugin_version(tx, plugin_id); });
    return version;
}

std::vector<std::string> Services::disabled_plugins() {
    std::vector<std::string> ids;
    collaborators_.database.run([&](pqxx::work& tx) { ids = db::read_disabled_plugins(tx); });
    return ids;
}

void Services::set_disabled(const std::string& plugin_id, bool disabled) {
    collaborators_.database.run([&](pqxx::work& tx) { db::write_plugin_disabled(tx, plugin_id, disabled); });
}

bool Services::may_have(const std::string& plugin_id, std::string_view capability) const {
    if (capability != "settings.write" && capability != "plugins") return true;
    std::string privileged = collaborators_.settings.get("privileged_plugins");
    std::replace(privileged.begin(), privileged.end(), ',', ' ');
    std::istringstream ids(privileged);
    return std::find(std::istream_iterator<std::string>(ids), {}, plugin_id) != std::istream_iterator<std::string>();
}

}  // namespace parley::services
