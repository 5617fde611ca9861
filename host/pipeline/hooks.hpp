// What outside systems post to plugins, POST /hooks/<plugin>: who may, and the post as a message of the inbox. From
// there it goes the way of a timer: stored before it is answered, handled once, a dead letter when that fails. [any
// thread]
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"
#include "net/http.hpp"

namespace parley::pipeline {

// The setting that holds a plugin's secret.
std::string hook_secret_setting(std::string_view plugin);

// Does the request prove that it knows the secret? "Authorization: Bearer <secret>", or X-Hub-Signature-256 as GitHub
// and Meta make it: "sha256=" and the hex HMAC-SHA256 of the raw body. One that is there and wrong is not made good by
// the other. Errc::denied: there is no secret, so nobody may. Errc::unauthorized.
Result<void> check_hook_secret(const net::Request& request, const std::string& secret);

// `path`: what follows the plugin's name. The request's Idempotency-Key (or Webhook-Id of Standard Webhooks, or
// X-GitHub-Delivery) becomes the message's identity for that plugin, so that a repeated post is a duplicate for as long
// as a repeated webhook is. Errc::unsupported: the body is no text. Errc::invalid: the key is too long.
Result<Inbound> read_hook(const net::Request& request, std::string_view plugin, std::string_view path,
                          AccountId account);

}  // namespace parley::pipeline
