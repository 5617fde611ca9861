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
//   GET  /media/{token}                      a stored file for who was given this link, for a while (media.cpp)
//   POST /api/webhook/                       plain JSON: a message came in
//   POST /api/send-message/                  plain JSON: send a message
//
// /api/v1 (app/api, described in host/api/openapi) for people, programs and the CLI; with it
//   GET  /openapi.json, /docs, /redoc        its description, for programs and people
//
// People and rooms; each also without the slash at the end (docs/rooms.md has requests and answers):
//   POST /auth/register/, /auth/login/, /auth/logout/
//   POST /create-chatroom/, /join-chatroom/; GET /list-chatrooms/; DELETE /leave-chatroom/{id}/
//   POST /send-message/, /read-message/; GET /list-messages/, /list-conversation-messages/{id}/
//   GET  /ws/chat/{room}/                    WebSocket: what is said in the room
//
// Through the control socket only (terminal.cpp): the terminal of `parley chat`.
//   GET  /control/chat                       {"last": N}: the number of the last answer
//   POST /control/chat                       a message typed at the terminal
//   GET  /control/chat/letters               ?chat=...&after=N: the bot's answers, waited for up to 20 s
//   GET  /control/files/{reference}          a stored file
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
void add_terminal_routes(net::Router& router, Application& app);
void add_hook_routes(net::Router& router, Application& app);
void add_media_routes(net::Router& router, Application& app);
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
