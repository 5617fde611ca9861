// Every route of the host.
//
//   GET  /                                   what this is, and where to look
//   GET  /sign-in?code=...                   the code printed at start-up, once: sets a session cookie
//   GET  /admin                              how the host stands; needs the cookie
//   GET  /health/live                        the process runs
//   GET  /health, /health/ready               it can take messages: 200, or 503 with the reason
//   GET  /metrics                            Prometheus text
//   POST /api/whatsapp                       the WhatsApp gateway's webhook           GET: {"message": "Authorization
//   required."} POST /webhooks/gateway/{account}         the same, by account POST /api/webhook/ plain JSON: a message
//   came in POST /api/send-message/                  plain JSON: send a message
//
// Through the control socket only (routes_control.cpp): what the CLI asks of a running host.
//   GET  /control/status                     counters of the parts
//   GET  /control/plugins                    one JSON object a plugin
//   POST /control/plugins/{action}/{target}  load, reload, unload, enable, disable; answers when it is done
//   POST /control/chat                       a message typed at the terminal
//   GET  /control/chat/letters               ?chat=...&after=N: the bot's answers, waited for up to 20 s
//   GET  /control/files/{reference}          a stored file
//   POST /control/send                       {"to", "text"}: send by the gateway's account
//   GET  /control/messages/{id}              where an outbound message stands
//   GET  /control/dead-letters               what could not be handled or sent
//   POST /control/dead-letters/{id}/requeue  try it again
#pragma once

#include "net/http.hpp"

namespace parley::app {

class Application;

// `app` outlives the router.
net::Router make_router(Application& app);

// The control socket's part.
void add_control_routes(net::Router& router, Application& app);

}  // namespace parley::app
