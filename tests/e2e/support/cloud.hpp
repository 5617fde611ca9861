// A host with one account of the Cloud API, and a Graph API that remembers what it was asked.
#pragma once

#include <atomic>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "support/conversation.hpp"
#include "support/provider.hpp"

namespace parley::e2e::cloud {

inline const std::string app_secret = "parley-meta-app-secret";
inline const std::string number_id = "106540352242922";
inline const std::string business_id = "102290129340398";
inline const std::string graph_path = "/v25.0/";
inline const std::string messages = graph_path + number_id + "/messages";

std::string sign(const std::string& body, const std::string& secret = app_secret);

// A webhook with one change of that number's.
std::string webhook(const std::string& field, const std::string& value, const std::string& business = business_id);
// The value of a change: the number's metadata, and `rest`, which begins with a comma.
std::string value_of(const std::string& rest, const std::string& number = number_id);
std::string text_webhook(const std::string& text, const std::string& from, const std::string& id = fresh_id(),
                         const std::string& number = number_id);

// The body of a request to the Graph API.
boost::json::object json_of(const net::Request& request);
std::string text_of(const boost::json::object& message);

struct CloudStage {
    explicit CloudStage(Environment more = {});

    // Every message is accepted, every token is valid.
    std::optional<net::Response> usual(const net::Request& request);

    Answer post(const std::string& body, const std::string& route = "/whatsapp/webhook") const;
    Answer say(const std::string& text, const std::string& from, const std::string& id = fresh_id()) const;
    Answer status(const std::string& provider_id, const std::string& ours, const std::string& to) const;
    // The messages to a person, without read receipts and the like.
    std::vector<boost::json::object> sent_to(const std::string& to, const std::string& number = number_id) const;

    std::atomic<int> number{0};
    FakeProvider graph;
    Host host;
};

}  // namespace parley::e2e::cloud
