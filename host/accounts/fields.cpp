#include "accounts/account.hpp"

namespace parley::accounts {
namespace {

using Kind = Field::Kind;

// Figures: Meta's and Twilio's default throughput is 80 messages a second, and Meta lets one person be written to once
// in six seconds with a burst of 45.
const std::vector<Field> cloud{
    {.name = "phone_number_id",
     .environment = "WHATSAPP_PHONE_NUMBER_ID",
     .help = "the number's id in the app's WhatsApp settings",
     .kind = Kind::word,
     .required = true,
     .address = true},
    {.name = "waba_id",
     .environment = "WHATSAPP_BUSINESS_ACCOUNT_ID",
     .help = "id of the WhatsApp Business Account: for templates and the subscription of webhooks",
     .kind = Kind::word},
    {.name = "access_token",
     .environment = "WHATSAPP_ACCESS_TOKEN",
     .help = "token that may send; a system user's lives longest",
     .secret = true,
     .required = true},
    {.name = "app_secret",
     .environment = "WHATSAPP_APP_SECRET",
     .help = "the app's secret: it signs webhooks",
     .secret = true,
     .required = true},
    {.name = "verify_token",
     .environment = "WHATSAPP_VERIFY_TOKEN",
     .help = "any words of yours; the same are typed in at Meta's webhook settings",
     .secret = true,
     .required = true},
    {.name = "app_id",
     .environment = "WHATSAPP_APP_ID",
     .help = "the app's id: needed to exchange and refresh tokens",
     .kind = Kind::word},
    {.name = "base_url",
     .environment = "WHATSAPP_API_URL",
     .help = "where the Graph API is",
     .kind = Kind::url,
     .fallback = "https://graph.facebook.com"},
    {.name = "api_version",
     .environment = "WHATSAPP_API_VERSION",
     .help = "version of the Graph API",
     .kind = Kind::word,
     .fallback = "v25.0"},
    {.name = "appsecret_proof",
     .environment = {},
     .help = "true when the app demands a proof with every call",
     .kind = Kind::flag,
     .fallback = "false"},
    {.name = "rate", .environment = {}, .help = "messages a second", .kind = Kind::number, .fallback = "80"},
    {.name = "person_rate",
     .environment = {},
     .help = "messages a second to one person",
     .kind = Kind::number,
     .fallback = "0.1667"},
    {.name = "concurrency",
     .environment = {},
     .help = "sends on their way at once",
     .kind = Kind::number,
     .fallback = "128"},
    {.name = "timeout_ms",
     .environment = {},
     .help = "how long a call may take",
     .kind = Kind::number,
     .fallback = "30000"},
};

const std::vector<Field> twilio{
    {.name = "account_sid",
     .environment = "TWILIO_ACCOUNT_SID",
     .help = "AC..., from Twilio's console",
     .kind = Kind::word,
     .required = true},
    {.name = "auth_token",
     .environment = "TWILIO_AUTH_TOKEN",
     .help = "signs webhooks, and calls when there is no API key",
     .secret = true,
     .required = true},
    {.name = "from",
     .environment = "TWILIO_WHATSAPP_NUMBER",
     .help = "the sender: whatsapp:+14155238886",
     .kind = Kind::word,
     .required = true,
     .address = true},
    {.name = "public_url",
     .environment = "PUBLIC_URL",
     .help = "https://... under which Twilio reaches this host: signatures are made over it",
     .kind = Kind::url,
     .required = true},
    {.name = "messaging_service_sid",
     .environment = "TWILIO_MESSAGING_SERVICE_SID",
     .help = "MG..., to send by a messaging service",
     .kind = Kind::word},
    {.name = "api_key_sid",
     .environment = "TWILIO_API_KEY_SID",
     .help = "SK..., to make calls with an API key",
     .kind = Kind::word},
    {.name = "api_key_secret", .environment = "TWILIO_API_KEY_SECRET", .help = "the API key's secret", .secret = true},
    {.name = "status_callback",
     .environment = {},
     .help = "ask for delivery reports",
     .kind = Kind::flag,
     .fallback = "true"},
    {.name = "base_url",
     .environment = "TWILIO_API_URL",
     .help = "where Twilio's API is",
     .kind = Kind::url,
     .fallback = "https://api.twilio.com"},
    {.name = "messaging_url",
     .environment = {},
     .help = "where Twilio's messaging API (typing) is",
     .kind = Kind::url,
     .fallback = "https://messaging.twilio.com"},
    {.name = "rate", .environment = {}, .help = "messages a second", .kind = Kind::number, .fallback = "80"},
    {.name = "concurrency",
     .environment = {},
     .help = "sends on their way at once",
     .kind = Kind::number,
     .fallback = "64"},
    {.name = "timeout_ms",
     .environment = {},
     .help = "how long a call may take",
     .kind = Kind::number,
     .fallback = "30000"},
};

// The first gateway is made by WHATSAPP_CLIENT_URL and the settings; these are for further ones.
const std::vector<Field> gateway{
    {.name = "base_url",
     .environment = {},
     .help = "where the gateway is: http://localhost:3000",
     .kind = Kind::url,
     .required = true},
    {.name = "webhook_secret", .environment = {}, .help = "signs what the gateway posts", .secret = true},
    {.name = "allow_unsigned",
     .environment = {},
     .help = "true: take bodies without a signature",
     .kind = Kind::flag,
     .fallback = "false"},
    {.name = "user", .environment = {}, .help = "for basic authentication", .kind = Kind::text},
    {.name = "password", .environment = {}, .help = "for basic authentication", .secret = true},
    {.name = "device_id", .environment = {}, .help = "which WhatsApp session, with several", .kind = Kind::text},
    {.name = "rate",
     .environment = {},
     .help = "messages a second; 0: no limit",
     .kind = Kind::number,
     .fallback = "0"},
    {.name = "concurrency",
     .environment = {},
     .help = "sends on their way at once",
     .kind = Kind::number,
     .fallback = "512"},
    {.name = "timeout_ms",
     .environment = {},
     .help = "how long a call may take",
     .kind = Kind::number,
     .fallback = "60000"},
};

const std::vector<Field> none;

}  // namespace

const std::vector<std::string_view>& configurable_channels() {
    static const std::vector<std::string_view> names{"cloud", "gateway", "twilio"};
    return names;
}

const std::vector<Field>& fields_of(std::string_view channel) {
    if (channel == "cloud") return cloud;
    if (channel == "twilio") return twilio;
    if (channel == "gateway") return gateway;
    return none;
}

}  // namespace parley::accounts
