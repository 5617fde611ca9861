// The operations of /api/v1 (host/api/openapi says what each takes and answers): a file a subject. Each function binds
// its handlers; the gate has checked who asks and with what before one runs. [I/O thread]
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "api/gate.hpp"
#include "api/problem.hpp"
#include "app/application.hpp"

namespace parley::app {

void add_account_operations(api::Gate& gate, Application& app);
void add_campaign_operations(api::Gate& gate, Application& app);
void add_chat_operations(api::Gate& gate, Application& app);
void add_contact_operations(api::Gate& gate, Application& app);
void add_event_operations(api::Gate& gate, Application& app);
void add_host_operations(api::Gate& gate, Application& app);
void add_key_operations(api::Gate& gate, Application& app);
void add_language_operations(api::Gate& gate, Application& app);
void add_list_operations(api::Gate& gate, Application& app);
void add_media_operations(api::Gate& gate, Application& app);
void add_message_operations(api::Gate& gate, Application& app);
void add_organisation_operations(api::Gate& gate, Application& app);
void add_plugin_operations(api::Gate& gate, Application& app);
void add_queue_operations(api::Gate& gate, Application& app);
void add_setting_operations(api::Gate& gate, Application& app);
void add_takeover_operations(api::Gate& gate, Application& app);
void add_usage_operations(api::Gate& gate, Application& app);
void add_template_operations(api::Gate& gate, Application& app);
void add_user_operations(api::Gate& gate, Application& app);

// Whether messages come in and go out: what events tell when it changes. [I/O thread]
boost::json::value health_of(Application& app);

// --- what they answer with
net::Response answer(const boost::json::value& body, int status = 200);
net::Response nothing_more();  // 204
net::Response not_found(const std::string& what);
// {"items": ..., "next": ...}; an empty `next`: that was all.
net::Response page(boost::json::array items, const std::string& next = {});

// Runs `body` on a database thread and answers with what it made; what it throws becomes a problem.
void from_database(Application& app, net::Responder respond, std::function<net::Response(pqxx::work&)> body);
// The same where something was done before.
void then_from_database(Application& app, net::Responder respond, std::function<net::Response(pqxx::work&)> body);
// As from_database, then `after` on the I/O thread when it was committed and answered below 400.
void from_database(Application& app, net::Responder respond, std::function<net::Response(pqxx::work&)> body,
                   std::function<void()> after);

// A field of a body that the contract has checked: the text, or empty when it is not there.
std::string text_in(const boost::json::value& body, std::string_view name);

// Binds a function (Application&, api::Call).
template <class Function>
void bind(api::Gate& gate, Application& app, const std::string& operation, Function function) {
    gate.on(operation, [&app, function](api::Call call) { function(app, std::move(call)); });
}

}  // namespace parley::app
