// What the tests of the twilio channel share: an account, signed webhooks, and a scripted Twilio.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <functional>

#include "channels/fixture_files.hpp"
#include "channels/twilio/decode.hpp"
#include "channels/twilio/signature.hpp"
#include "channels/twilio/twilio_channel.hpp"
#include "core/crypto.hpp"
#include "support/fetching.hpp"
#include "support/result_printer.hpp"

namespace parley::test {

inline const std::string kTwilioAccount = "AC5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

inline channels::TwilioConfig twilio_config() {
    channels::TwilioConfig config;
    config.account_sid = kTwilioAccount;
    config.auth_token = Secret("the auth token");
    config.from = "whatsapp:+447700900999";
    config.public_url = "https://bot.example.com";
    config.webhook_path = "/webhooks/twilio/2";
    return config;
}

inline net::Request twilio_webhook(std::string body, const std::string& target = "/webhooks/twilio/2") {
    net::Request request;
    request.method = "POST";
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    request.query = target.find('?') == std::string::npos ? "" : target.substr(target.find('?') + 1);
    request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
    request.body = std::move(body);
    return request;
}

inline std::string twilio_signature(const std::string& token, const std::string& url, const std::string& parameters) {
    return crypto::base64_encode(crypto::HmacSha1(Secret(token)).mac(url + parameters));
}

// A webhook of tests/fixtures, decoded at a fixed moment.
inline constexpr UnixMillis kReceived = 1'800'000'000'000;
inline channels::Decoded decode_twilio_fixture(const std::string& name,
                                               const std::string& target = "/webhooks/twilio/2") {
    INFO(name);
    const net::Request request = twilio_webhook(read_whole_file(twilio_fixtures() / (name + ".form")), target);
    const Result<channels::Decoded> decoded = channels::decode_twilio(request, twilio_config(), 7, kReceived);
    REQUIRE(decoded);
    return *decoded;
}

inline Outbound twilio_outbound(OutboundKind kind, std::string text = "", std::string payload = "") {
    Outbound message;
    message.kind = kind;
    message.id = 4711;
    message.chat = "whatsapp:+447700900123";
    message.text = std::move(text);
    message.payload = std::move(payload);
    return message;
}

// Answers each request with the next of its answers and keeps the requests.
struct ScriptedTwilio {
    std::deque<net::ClientResult> answers;
    std::vector<net::ClientRequest> requests;

    channels::TwilioExchange exchange() {
        return [this](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
            requests.push_back(std::move(request));
            REQUIRE_FALSE(answers.empty());
            net::ClientResult answer = std::move(answers.front());
            answers.pop_front();
            pour(requests.back(), answer);
            done(std::move(answer));
        };
    }
    net::ClientResponse& will_answer(int status, std::string body) {
        net::ClientResponse response;
        response.status = status;
        response.body = std::move(body);
        answers.emplace_back(std::move(response));
        return *answers.back();
    }
    void will_be_lost() {
        answers.emplace_back(net::ClientError{make_error(Errc::timeout, "no answer in time"), net::Progress::in_doubt});
    }
    net::FormFields form(std::size_t number) const {
        REQUIRE(number < requests.size());
        CHECK(requests[number].headers.get("Content-Type") == "application/x-www-form-urlencoded");
        return net::form_decode(requests[number].body).value();
    }
};

// A channel of account 7 that asks the scripted Twilio.
inline channels::TwilioChannel twilio_channel(ScriptedTwilio& twilio,
                                              const channels::TwilioConfig& config = twilio_config()) {
    return channels::TwilioChannel(7, config, twilio.exchange(), [](const std::string& stored) -> Result<std::string> {
        return "https://bot.example.com/media/" + stored;
    });
}

// What `start` hands to its `done`, which it calls once, at once.
template <class T, class Start>
T once(Start start) {
    std::optional<T> result;
    start([&](T value) {
        REQUIRE_FALSE(result);
        result.emplace(std::move(value));
    });
    REQUIRE(result);
    return std::move(*result);
}

inline channels::SendResult twilio_send(channels::TwilioChannel& channel, const Outbound& message) {
    return once<channels::SendResult>([&](auto done) { channel.send(message, done); });
}

}  // namespace parley::test
