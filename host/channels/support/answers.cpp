#include "channels/support/answers.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "core/ids.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace {

net::Response answer(int status, std::string_view words, const SupportMessage& message) {
    json::object data;
    data["sender"] = message.sender;
    data["receiver"] = message.receiver;
    data["content"] = message.content;
    data["timestamp"] = to_iso8601(message.timestamp);
    json::object body;
    body["message"] = json::string(words.data(), words.size());
    body["data"] = std::move(data);
    return net::Response::json(status, json::serialize(body));
}

}  // namespace

net::Response support_received(const SupportMessage& message) {
    return answer(200, "Webhook received asynchronously", message);
}

net::Response support_sent(const SupportMessage& message) {
    return answer(201, "Message sent asynchronously", message);
}

net::Response support_invalid_payload() {
    return net::Response::json(400, R"({"error":"Invalid payload"})");
}

}  // namespace parley::channels
