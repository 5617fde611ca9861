// Our messages as requests to Twilio. Nothing is sent here. [any thread]
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "channels/twilio/address.hpp"
#include "channels/twilio/config.hpp"
#include "core/error.hpp"
#include "core/message.hpp"
#include "net/client.hpp"
#include "net/form.hpp"

namespace parley::channels {

// A URL under which Twilio can fetch a stored file from the internet, for a while: nobody else can guess it.
using PublicLink = std::function<Result<std::string>(const std::string& stored_name)>;

class TwilioEncoder {
public:
    // `public_link` may be empty: files of our own cannot be sent then. Throws std::invalid_argument for credentials
    // that cannot stand in a header.
    TwilioEncoder(const TwilioConfig& config, PublicLink public_link);

    // The requests that a message takes, to be made one after the other: a caption of more than 1600 characters goes in
    // pieces (texts were cut before they were queued), and the text of a file that Twilio shows none with follows it.
    // Never empty. Errc::invalid when the message cannot be sent this way at all.
    Result<std::vector<net::ClientRequest>> send(const Outbound& message) const;

    // "typing..." for 25 seconds, which also makes the blue ticks. Errc::invalid when `provider_id` is none of
    // Twilio's: only the message being answered can be named, no chat.
    Result<net::ClientRequest> typing(std::string_view provider_id) const;

    // A file that Twilio keeps for us, by the URL in its webhook. Errc::denied when the URL is not this account's.
    Result<net::ClientRequest> file(std::string_view url, std::size_t max_bytes) const;

    // GET below /2010-04-01/Accounts/AC.../, and of the messaging API.
    net::ClientRequest get(std::string_view path) const;
    net::ClientRequest get_messaging(std::string_view path) const;
    // A next_page_uri of an answer. Errc::denied when it leads out of the account.
    Result<net::ClientRequest> next_page(std::string_view uri) const;

    // Where Twilio is to report what became of this message: the webhook's own URL, with our id, which so comes back
    // under Twilio's signature. Empty when it is not wanted or there is no public URL.
    std::string status_callback(MessageId id) const;

    const TwilioAddress& from() const { return from_; }
    const TwilioConfig& config() const { return config_; }

private:
    net::ClientRequest request(std::string method, std::string url) const;
    net::ClientRequest post(const net::FormFields& fields) const;
    Result<std::vector<net::FormFields>> contents(const Outbound& message) const;
    Result<std::string> media_link(const Media& media) const;

    TwilioConfig config_;
    TwilioAddress from_;
    PublicLink public_link_;
    net::Headers headers_;
    std::string account_path_;  // "/2010-04-01/Accounts/AC.../"
};

// Of a Body, in UTF-16 units; more is error 21617.
inline constexpr std::size_t kTwilioMaxText = 1600;

// The query parameter of status_callback().
inline constexpr std::string_view kTwilioMessageParameter = "message";

// "SM0123...:2" -> "SM0123...": ids of second and further files have a number behind. Empty when it is no message id.
std::string_view twilio_message_sid(std::string_view provider_id);

}  // namespace parley::channels
