// Every route of the host.
//
//   GET  /                                   what this is, and where to look
//   GET  /sign-in?code=...                   the code printed at start-up, once: sets a session cookie
//   GET  /admin                              how the host stands; needs the cookie
//   GET  /health/live                        the process runs
//   GET  /health, /health/ready               it can take messages: 200, or 503 with the reason
//   GET  /metrics                            Prometheus text
//   POST /api/whatsapp                       the WhatsApp gateway's webhook; a GET answers that it wants authorization
//   GET  /whatsapp/webhook                   Meta proves the URL: hub.mode, hub.verify_token, hub.challenge
//   POST /whatsapp/webhook                   Meta's webhooks for all cloud accounts
//   GET  /webhook                            Twilio's URL, looked at by people
//   POST /webhook                            Twilio's webhooks for all Twilio accounts
//   GET, POST /webhooks/{channel}/{account}  the same for one account: channels gateway, cloud and twilio
//   POST /hooks/{plugin}, /hooks/{plugin}/{path}
//                                            an outside system posts to a plugin, with the secret of the setting
//                                            hook_secret_{plugin}; ?account=NAME: the account that its answers go by
//   POST /api/classroom                      the same for the plugin classroom; a GET answers as /api/whatsapp does
//   GET  /media/{token}                      a stored file for who was given this link, for a while (routes_media.cpp)
//   POST /api/webhook/                       plain JSON: a message came in
//   POST /api/send-message/                  plain JSON: send a message
//
// Reading back, newest first, with the bearer token API_TOKEN or through the control socket (api/list_query.hpp has the
// filters, api/list_json.hpp the answers):
//   GET  /api/v1/messages                    of both directions, those that wait to be sent included
//   GET  /api/v1/messages/incoming, /api/v1/messages/outgoing
//   GET  /api/v1/media                       files of messages
//   GET  /api/v1/contacts                    people
//   GET  /api/v1/accounts/events             what providers told about accounts
//
// People and rooms; each also without the slash at the end (docs/rooms.md has requests and answers):
//   POST /auth/register/, /auth/login/, /auth/logout/
//   POST /create-chatroom/, /join-chatroom/; GET /list-chatrooms/; DELETE /leave-chatroom/{id}/
//   POST /send-message/, /read-message/; GET /list-messages/, /list-conversation-messages/{id}/
//   GET  /ws/chat/{room}/                    WebSocket: what is said in the room
//
// Through the control socket only (routes_control.cpp): what the CLI asks of a running host.
//   GET  /control/status                     counters of the parts
//   GET  /control/plugins                    one JSON object a plugin
//   POST /control/plugins/{action}/{target}  load, reload, unload, enable, disable; answers when it is done
//   POST /control/chat                       a message typed at the terminal
//   GET  /control/chat/letters               ?chat=...&after=N: the bot's answers, waited for up to 20 s
//   GET  /control/files/{reference}          a stored file
//   POST /control/send                       {"to", "text", "account", "kind", "payload"}: send; see routes_control.cpp
//   GET  /control/accounts                   accounts as they are and how they do; secrets masked
//   POST /control/accounts                   {"channel", "name", "organisation", "fields": {...}}: a new one
//   POST /control/accounts/{name}            {"organisation", "enabled", "fields": {...}}: change what is named
//   POST /control/accounts/{name}/test       asks the provider whether all is right: [{"ok", "what", "advice"}]
//   POST /control/accounts/{name}/remove     takes it away; 409 while messages of it wait
//   GET  /control/campaigns                  campaigns, newest first
//   POST /control/campaigns                  {"name", "account", "kind", "text", "payload", "rate"}: a draft, {"id"}
//   GET  /control/campaigns/{id}             ?results=1: also how many messages are sent, delivered, ...
//   GET  /control/campaigns/{id}/results     ?after=N: what became of each recipient, 1,000 at a time
//   POST /control/campaigns/{id}/recipients  [[line, recipient, parameter, ...], ...]: adds to a draft
//   POST /control/campaigns/{id}/{action}    start ({"at": "2030-01-31 10:00"}), pause, resume, cancel
//   GET  /control/accounts/{name}/templates  asks Meta for its templates, and keeps the answer
//   POST /control/accounts/{name}/templates  {"name", "language", "category", "components"}: a new one
//   POST /control/accounts/{name}/templates/{template}/delete
//   GET  /control/takeovers                  chats in which a human answers
//   POST /control/takeovers                  {"chat", "account", "hours", "by"}: one more; 0 hours: until it is ended
//   POST /control/takeovers/end              {"chat", "account"}
//   GET  /control/users                      ?after=N: people, 1,000 at a time
//   POST /control/users                      {"username", "password", "role"}: somebody new
//   POST /control/users/{name}/{what}        role ({"role"}), password ({"password"}), disable, enable
//   GET  /control/messages/{id}              where an outbound message stands
//   GET  /control/dead-letters               what could not be handled or sent
//   POST /control/dead-letters/{id}/requeue  try it again
#pragma once

#include <functional>
#include <optional>

#include "auth/people.hpp"
#include "auth/principal.hpp"
#include "core/error.hpp"
#include "net/http.hpp"

namespace parley::app {

class Application;

// `app` outlives the router.
net::Router make_router(Application& app);

// Its parts.
void add_webhook_routes(net::Router& router, Application& app);
void add_control_routes(net::Router& router, Application& app);
void add_hook_routes(net::Router& router, Application& app);
void add_media_routes(net::Router& router, Application& app);
void add_account_routes(net::Router& router, Application& app);
void add_campaign_routes(net::Router& router, Application& app);
void add_takeover_routes(net::Router& router, Application& app);
void add_template_routes(net::Router& router, Application& app);
void add_api_routes(net::Router& router, Application& app);
void add_people_routes(net::Router& router, Application& app);
void add_room_routes(net::Router& router, Application& app);

// 503 with Retry-After.
net::Response come_again(const std::string& why);
// An error of ours as an answer.
net::Response problem(const Error& error);
// The same, and 429 with Retry-After for who is too fast.
net::Response refused(const auth::Refusal& refusal);

// The answer for those who are no people who signed in: 401; 403 for programs and the operator of this machine.
std::optional<net::Response> no_person(const auth::Authenticator::Answer& answer);
// A handler for people who did.
using PersonHandler = std::function<void(Application&, const auth::Principal&, net::Request, net::Responder)>;
net::Handler for_people(Application& app, PersonHandler handler);

}  // namespace parley::app
