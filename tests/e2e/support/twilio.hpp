// A host with one account of Twilio's, and a Messages API that remembers what it took and lists it.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/form.hpp"
#include "support/conversation.hpp"
#include "support/provider.hpp"

namespace parley::e2e::twilio {

inline const std::string token = "12345678901234567890123456789012";
inline const std::string account = "AC0123456789abcdef0123456789abcdef";
inline const std::string sender = "whatsapp:+14155238886";
inline const std::string messages = "/2010-04-01/Accounts/" + account + "/Messages.json";
inline const std::string public_url = "https://bot.example.com";

net::FormFields fields_of(const std::string& form);
// Empty: there is none.
std::string field_in(const std::string& form, const std::string& name);
inline std::string field(const net::Request& request, const std::string& name) {
    return field_in(request.body, name);
}

// As Twilio signs: the URL, then every field by name, value behind it.
std::string sign(const std::string& target, const std::string& form);
// A text that somebody wrote, as its webhook has it.
std::string text_form(const std::string& text, const std::string& from, const std::string& id = fresh_id());
Answer post(const Host& host, const std::string& form, const std::string& target = "/webhook");

// What Twilio took, as it lists it. Any thread.
class Ledger {
public:
    // A form that was posted; returns the message's sid.
    std::string take(const std::string& form);
    // The answer to a question for those of one recipient: "To=...&...".
    std::string list(const std::string& query) const;

private:
    struct Row {
        std::string sid, to, from, body, date;
        std::size_t files;
    };
    mutable std::mutex mutex_;
    std::vector<Row> rows_;
};

struct TwilioStage {
    explicit TwilioStage(const std::string& url = public_url);

    // Every message is accepted.
    std::optional<net::Response> usual(const net::Request& request);

    Answer post(const std::string& form, const std::string& target = "/webhook") const {
        return twilio::post(host, form, target);
    }
    std::vector<net::Request> sent_to(const std::string& person) const;

    Ledger ledger;
    FakeProvider api;
    Host host;
};

// "Sun, 22 Nov 2026 06:00:00 +0000"
std::string now_as_twilio_writes_it();

}  // namespace parley::e2e::twilio
