#include "channels/twilio/classify.hpp"
#include "channels/twilio/lookups.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::string_view kSandbox = "14155238886";

// One step after the other; each adds lines. Without valid credentials the others are not asked.
struct Probe : std::enable_shared_from_this<Probe> {
    std::shared_ptr<const TwilioLine> line;
    UniqueFunction<void(std::vector<ProbeLine>)> done;
    std::vector<ProbeLine> lines;

    const TwilioConfig& config() const { return line->encoder.config(); }
    void good(std::string what) { lines.push_back({true, std::move(what), {}}); }
    void bad(std::string what, std::string advice) { lines.push_back({false, std::move(what), std::move(advice)}); }

    // `read` gets the answer's JSON when it is a 200.
    template <class Read>
    void ask(net::ClientRequest request, Read read) {
        line->exchange(std::move(request), [self = shared_from_this(), read](net::ClientResult answer) {
            const bool ok = answer && answer->status == 200;
            Result<boost::json::value> document =
                ok ? parse_json(answer->body) : Result<boost::json::value>(twilio_error(answer));
            read(*self, document);
        });
    }

    void start() {
        check_settings();
        net::ClientRequest account = line->encoder.get("");
        account.url.back() = '.';  // ".../Accounts/AC..." and then ".json"
        account.url += "json";
        ask(std::move(account), [](Probe& probe, const Result<boost::json::value>& answer) { probe.account(answer); });
    }

    // What can be seen without asking.
    void check_settings() {
        if (config().auth_token.empty()) {
            bad("no auth token", "set TWILIO_AUTH_TOKEN: webhooks are checked with it, also when an API key sends");
        }
        if (config().public_url.empty()) {
            bad("no public URL",
                "set PUBLIC_URL to the address of this host on the internet: Twilio signs it, and "
                "fetches files from there");
        } else if (!config().public_url.starts_with("https://")) {
            bad("the public URL " + config().public_url + " is not https", "put TLS in front and change PUBLIC_URL");
        } else {
            good("webhook URL: " + config().public_url + config().webhook_path + " (method POST)");
        }
    }

    void account(const Result<boost::json::value>& answer) {
        if (!answer) {
            bad(answer.error().message, "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN");
            return done(std::move(lines));
        }
        JsonProblem problem;
        const JsonReader root(*answer, problem);
        const std::string status = root["status"].string_or("unknown");
        const std::string what = "account " + root["friendly_name"].string_or(config().account_sid) + " is " + status;
        status == "active" ? good(what) : bad(what, "look into Twilio's console: nothing is sent until it is active");
        if (!config().messaging_service_sid.empty()) return ask_service();
        ask_senders();
    }

    void ask_service() {
        ask(line->encoder.get_messaging("/v1/Services/" + net::percent_encode(config().messaging_service_sid)),
            [](Probe& probe, const Result<boost::json::value>& answer) {
                probe.service(answer);
                if (!probe.line->encoder.from().empty()) return probe.ask_senders();
                probe.done(std::move(probe.lines));
            });
    }

    void service(const Result<boost::json::value>& answer) {
        const std::string& sid = config().messaging_service_sid;
        if (!answer) return bad("messaging service " + sid + ": " + answer.error().message, "check its id (MG...)");
        JsonProblem problem;
        const JsonReader root(*answer, problem);
        good("messaging service " + root["friendly_name"].string_or(sid) + " exists");
        if (root["use_inbound_webhook_on_number"].bool_or(false)) return;
        check_webhook(root["inbound_request_url"].view_or(""), "the messaging service");
    }

    void ask_senders() {
        const TwilioAddress& from = line->encoder.from();
        if (from.empty()) {
            bad("no sender", "set TWILIO_WHATSAPP_NUMBER, like whatsapp:+14155238886");
            return done(std::move(lines));
        }
        if (from.phone == kSandbox) {
            good("the sender is Twilio's sandbox: it reaches those who sent it \"join ...\"");
            return done(std::move(lines));
        }
        ask(line->encoder.get_messaging("/v2/Channels/Senders?Channel=whatsapp&PageSize=100"),
            [](Probe& probe, const Result<boost::json::value>& answer) {
                probe.senders(answer);
                probe.done(std::move(probe.lines));
            });
    }

    void senders(const Result<boost::json::value>& answer) {
        if (!answer) {
            return bad(
                "the senders cannot be listed: " + answer.error().message,
                "use the auth token or a main API key; whether the number is known shows with the first message");
        }
        JsonProblem problem;
        const JsonReader list = JsonReader(*answer, problem)["senders"];
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (parse_twilio_address(list[i]["sender_id"].view_or("")) == line->encoder.from()) return sender(list[i]);
        }
        bad("this account has no WhatsApp sender " + line->encoder.from().text(),
            "check TWILIO_WHATSAPP_NUMBER, or register the number under Messaging > Senders");
    }

    void sender(const JsonReader& sender) {
        const std::string status = sender["status"].string_or("unknown");
        const std::string what = "sender " + line->encoder.from().text() + " is " + status;
        status.starts_with("ONLINE") ? good(what) : bad(what, "look under Messaging > Senders in Twilio's console");
        check_webhook(sender["webhook"]["callback_url"].view_or(""), "the sender");
        const std::string method = sender["webhook"]["callback_method"].string_or("POST");
        if (method != "POST") bad("the webhook is called by " + method, "set it to POST in Twilio's console");
    }

    // Connection overrides (#rc=5&...) may stand behind.
    void check_webhook(std::string_view there, std::string_view whose) {
        if (config().public_url.empty()) return;
        const std::string ours = config().public_url + config().webhook_path;
        const std::string_view bare = there.substr(0, there.find_first_of("?#"));
        // The account's own route, and those that all accounts of this channel share.
        for (const std::string& path :
             {config().webhook_path, std::string("/webhook"), std::string("/webhooks/twilio")})
            if (bare == config().public_url + path) return good(std::string(whose) + "'s webhook leads here");
        bad(std::string(whose) + "'s webhook is " + (there.empty() ? "not set" : std::string(there)),
            "set it to " + ours + "#rc=5&rp=all (five tries instead of one)");
    }
};

}  // namespace

void probe_twilio(std::shared_ptr<const TwilioLine> line, UniqueFunction<void(std::vector<ProbeLine>)> done) {
    const auto probe = std::make_shared<Probe>();
    probe->line = std::move(line);
    probe->done = std::move(done);
    probe->start();
}

}  // namespace parley::channels
