#include "channels/twilio/errors.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace parley::channels {

namespace {

using Class = SendError::Class;

constexpr std::size_t kMaxWords = 300;

constexpr TwilioErrorRow kErrors[] = {
    // The account, or how it is set up: nothing goes out until somebody has done something.
    {20003, 20003, Class::halted, true,
     "Twilio refuses the credentials: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"},
    {20005, 20005, Class::halted, true, "the Twilio account is not active: look into its console"},
    {20006, 20006, Class::halted, true, "the Twilio credentials may not send: use some with access to messaging"},
    {20008, 20008, Class::halted, true, "these are Twilio's test credentials: use the live ones"},
    {21606, 21606, Class::halted, true, "the sender cannot write to WhatsApp: check TWILIO_WHATSAPP_NUMBER"},
    {21701, 21701, Class::halted, true, "Twilio does not know the messaging service: check its id (MG...)"},
    {21703, 21704, Class::halted, true, "the messaging service has no WhatsApp sender: add one in Twilio's console"},
    {30002, 30002, Class::halted, true, "the Twilio account is suspended: look into its console"},
    {63007, 63007, Class::halted, true,
     "Twilio has no WhatsApp sender under this number: check TWILIO_WHATSAPP_NUMBER, with its whatsapp:+..."},
    {63020, 63020, Class::halted, true, "Meta lets this business send nothing: look into its Business Manager"},
    {63112, 63112, Class::halted, true, "Meta has disabled the business account: look into its Business Manager"},

    // Too fast, or the day's share is used up.
    {14107, 14107, Class::throttled, false, ""},
    {20429, 20429, Class::throttled, false, ""},
    {63018, 63018, Class::throttled, false,
     "too many messages at once, or the number's messaging limit for 24 hours is reached"},
    {63038, 63038, Class::throttled, true, "the Twilio account's messages for today are used up: they go on tomorrow"},

    // Twilio's or WhatsApp's own trouble.
    {20500, 20500, Class::transient, false, ""},
    {20503, 20504, Class::transient, false, ""},
    {30001, 30001, Class::transient, false, "Twilio's queue for this sender is full"},
    {30008, 30008, Class::transient, false, ""},
    {63010, 63010, Class::transient, false, ""},
    {63012, 63012, Class::transient, false, ""},
    {63023, 63023, Class::transient, false, ""},

    // This message, for ever.
    {20404, 20404, Class::permanent, false, ""},
    {21211, 21211, Class::permanent, false, "the recipient is no valid number"},
    {21610, 21610, Class::permanent, false, "the person has opted out (STOP): only they can start again", true},
    {21617, 21617, Class::permanent, false, "the text is longer than 1600 characters"},
    {21620, 21620, Class::permanent, false, "Twilio takes no such media URL"},
    {63003, 63003, Class::permanent, false, "the recipient cannot be reached on WhatsApp"},
    {63005, 63005, Class::permanent, false, "WhatsApp does not take this content"},
    {63013, 63013, Class::permanent, false, "it breaks a rule of WhatsApp"},
    {63015, 63015, Class::permanent, false,
     "the person has not joined the sandbox: they must send its \"join ...\" first"},
    {63016, 63016, Class::permanent, false,
     "more than 24 hours since the person last wrote: only a template can be sent (a template message whose name is "
     "a content id, HX...)"},
    {63019, 63019, Class::permanent, false,
     "Twilio could not fetch the file: PUBLIC_URL must reach this host from the internet"},
    {63021, 63021, Class::permanent, false, "WhatsApp refuses the content or the file's format"},
    {63022, 63022, Class::permanent, true,
     "the number's display name has no valid certificate: look into Meta's manager"},
    {63024, 63024, Class::permanent, false, "the recipient is not on WhatsApp"},
    {63027, 63028, Class::permanent, false, "the template is not there in this language, or its variables do not fit"},
    {63030, 63030, Class::permanent, false, "a parameter is not allowed for this kind of message"},
    {63031, 63031, Class::permanent, false, "sender and recipient are the same number"},
    {63032, 63032, Class::permanent, false,
     "WhatsApp holds this message back from this person (an experiment of Meta's)"},
    {63040, 63042, Class::permanent, true, "Meta has rejected, paused or disabled the template"},
    {63049, 63049, Class::permanent, false, "Meta delivers no more marketing messages to this person for now"},
    {63051, 63051, Class::permanent, true, "Meta has restricted the number or the account"},
    {21000, 21999, Class::permanent, false, ""},
    {30003, 30010, Class::permanent, false, ""},
    {63000, 63999, Class::permanent, false, ""},
};

// twilio.com/docs/whatsapp/api/error-code-mapping
constexpr struct {
    int whatsapp, twilio;
} kFromWhatsapp[] = {
    {400, 63019},  {402, 63020},  {408, 63021},  {410, 63021},  {429, 63018},  {430, 63022},  {432, 63022},
    {433, 63022},  {470, 63016},  {471, 63018},  {472, 63032},  {500, 63012},  {1000, 63005}, {1001, 63021},
    {1002, 63024}, {1004, 63025}, {1005, 63001}, {1006, 63003}, {1008, 63013}, {1009, 63013}, {1010, 63030},
    {1011, 63012}, {1013, 63003}, {1014, 63012}, {1015, 63018}, {1021, 63003}, {1022, 63010}, {1023, 63012},
    {1025, 63012}, {1026, 63024}, {2000, 63028}, {2001, 63027}, {2002, 63029}, {2003, 63027},
};

}  // namespace

const TwilioErrorRow* find_twilio_error(int code) {
    const auto row = std::find_if(std::begin(kErrors), std::end(kErrors),
                                  [code](const TwilioErrorRow& r) { return code >= r.first && code <= r.last; });
    return row == std::end(kErrors) ? nullptr : row;
}

int twilio_code_of_whatsapp(int code) {
    const auto row = std::find_if(std::begin(kFromWhatsapp), std::end(kFromWhatsapp),
                                  [code](const auto& r) { return r.whatsapp == code; });
    return row == std::end(kFromWhatsapp) ? code : row->twilio;
}

std::string twilio_reason(int code, std::string_view words) {
    std::string reason = code != 0 ? std::to_string(code) : std::string();
    const TwilioErrorRow* row = find_twilio_error(code);
    const std::string_view advice = row ? row->advice : std::string_view();
    for (const std::string_view part : {advice, text::truncate_utf8(text::trim(words), kMaxWords)}) {
        if (part.empty()) continue;
        if (!reason.empty()) reason.append(": ");
        reason.append(part);
    }
    return reason;
}

const char* to_string(SendError::Class kind) {
    switch (kind) {
        case Class::transient:
            return "transient";
        case Class::in_doubt:
            return "in_doubt";
        case Class::throttled:
            return "throttled";
        case Class::crowded:
            return "crowded";
        case Class::permanent:
            return "permanent";
        case Class::halted:
            return "halted";
    }
    return "transient";
}

}  // namespace parley::channels
