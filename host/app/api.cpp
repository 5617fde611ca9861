#include "app/api.hpp"

#include "api/pages.hpp"
#include "app/api/operations.hpp"

namespace parley::app {
namespace {

api::GateOptions options_of(const config::Config& config) {
    api::GateOptions options;
    options.rate = config.api.rate;
    options.burst = 4 * config.api.rate;
    return options;
}

}  // namespace

Api::Api(Parts parts)
    : authenticator_(parts.authenticator),
      gate_({contract_, authenticator_, parts.pool, parts.executor, parts.log, options_of(parts.config)}),
      events_({parts.executor, parts.pool, parts.runtime, parts.health, parts.log}) {}

void Api::open(net::Router& router, Application& app) {
    add_account_operations(gate_, app);
    add_campaign_operations(gate_, app);
    add_chat_operations(gate_, app);
    add_contact_operations(gate_, app);
    add_event_operations(gate_, app);
    add_host_operations(gate_, app);
    add_key_operations(gate_, app);
    add_language_operations(gate_, app);
    add_list_operations(gate_, app);
    add_media_operations(gate_, app);
    add_message_operations(gate_, app);
    add_organisation_operations(gate_, app);
    add_plugin_operations(gate_, app);
    add_queue_operations(gate_, app);
    add_setting_operations(gate_, app);
    add_takeover_operations(gate_, app);
    add_template_operations(gate_, app);
    add_usage_operations(gate_, app);
    add_user_operations(gate_, app);
    gate_.open(router);
    api::add_pages(router, contract_);
    app.intake().on_admitted = [this](MessageId id) { events_.message(id); };
    app.intake().on_status = [this](const StatusUpdate& update) { events_.status(update); };
    app.sender().set_on_outcome([this](MessageId id) { events_.message(id); });
}

Result<void> Api::check(const net::Router& router) const {
    const auto found = contract_.differences(router);
    if (found.empty()) return {};
    return make_error(Errc::internal, "the API's document and this program differ: " + found.front());
}

}  // namespace parley::app
