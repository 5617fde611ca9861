// What the support desk's two routes answer, to the letter. Plain functions. [any thread]
#pragma once

#include "channels/support/decode.hpp"
#include "net/http.hpp"

namespace parley::channels {

// 200 {"message":"Webhook received asynchronously","data":{...}}
net::Response support_received(const SupportMessage& message);

// 201 {"message":"Message sent asynchronously","data":{...}}
net::Response support_sent(const SupportMessage& message);

// 400 {"error":"Invalid payload"}
net::Response support_invalid_payload();

}  // namespace parley::channels
