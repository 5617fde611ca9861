#include "channels/cloud/probe.hpp"

#include "channels/cloud/token.hpp"
#include "core/ids.hpp"
#include "core/json_reader.hpp"

namespace parley::channels {

namespace {

// One question after the other; each answer's callback holds it.
class Probe : public std::enable_shared_from_this<Probe> {
public:
    using Done = UniqueFunction<void(std::vector<ProbeLine>)>;

    Probe(std::shared_ptr<CloudCaller> caller, const CloudConfig& config, Done done)
        : caller_(std::move(caller)), config_(config), done_(std::move(done)) {}

    void start() {
        check_secrets();
        const auto make = [config = config_](const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
            return debug_request(graph, config, token);
        };
        // Once: with a wrong app secret it is this question that is refused, not the token.
        caller_->call_once(make, [self = shared_from_this()](net::ClientResult answer) {
            // No other question would tell more.
            if (!answer && answer.error().progress != net::Progress::in_doubt) return self->give_up(answer.error());
            self->check_token(answer);
            self->ask_number();
        });
    }

private:
    void good(std::string what) { lines_.push_back({true, std::move(what), ""}); }
    void bad(std::string what, std::string advice) { lines_.push_back({false, std::move(what), std::move(advice)}); }

    void give_up(const net::ClientError& failure) {
        const bool no_token = failure.error.code == Errc::unauthorized;
        bad(no_token ? failure.error.message : "Meta does not answer: " + failure.error.message,
            no_token ? "give the account a new access token"
                     : "check base_url (WHATSAPP_API_URL) and that this machine reaches it");
        done_(std::move(lines_));
    }

    void check_secrets() {
        if (config_.app_secret.empty())
            bad("no app secret is configured",
                "webhooks are refused without it: copy it from the app's basic settings");
        if (config_.verify_token.empty())
            bad("no verify token is configured", "choose one; Meta asks for it when the webhook's URL is set up");
        if (config_.app_id.empty() || config_.app_secret.empty())
            bad("the access token cannot be renewed", "configure the app's id and secret");
    }

    void check_token(const net::ClientResult& answer) {
        const Result<StoredToken> known = read_debug_answer(answer, StoredToken{});
        if (!known) {
            return bad("the access token is not accepted: " + known.error().message,
                       known.error().code == Errc::unauthorized
                           ? "make a new one (best: of a system user, without an end) and give it to the account"
                           : "check base_url, app id and app secret, then try again");
        }
        const bool has_end = known->expires_at && *known->expires_at != 0;
        good("the access token is valid" + (has_end ? " until " + to_iso8601(*known->expires_at) : std::string()));
        check_permissions(*answer);
    }

    void check_permissions(const net::ClientResponse& answer) {
        const Result<boost::json::value> document = parse_json(answer.body);
        JsonProblem ignored;
        const JsonReader scopes = JsonReader(*document, ignored)["data"]["scopes"];
        for (const char* wanted : {"whatsapp_business_messaging", "whatsapp_business_management"}) {
            bool found = false;
            for (std::size_t i = 0; i < scopes.size(); ++i) found = found || scopes[i].view_or("") == wanted;
            if (found)
                good(std::string("the token has the permission ") + wanted);
            else
                bad(std::string("the token lacks the permission ") + wanted, "make a new token with this permission");
        }
    }

    using Check = void (Probe::*)(const net::ClientResult&);
    void ask(std::string path, net::FormFields query, Check check) {
        const auto make = [path = std::move(path), query = std::move(query)](
                              const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
            return graph.get(path, query, token);
        };
        caller_->call(make, [self = shared_from_this(), check](net::ClientResult answer) { (*self.*check)(answer); });
    }

    void ask_number() {
        ask("/" + config_.phone_number_id, {{"fields", "display_phone_number,verified_name,quality_rating"}},
            &Probe::check_number);
    }

    void check_number(const net::ClientResult& answer) {
        const Result<boost::json::value> document = read_graph_answer(answer);
        if (!document) {
            bad("the phone number id " + config_.phone_number_id + " cannot be read: " + document.error().message,
                "check the id (not the number itself) and that the token's user may use this number");
        } else {
            JsonProblem ignored;
            const JsonReader root(*document, ignored);
            std::string words = "the number is " + root["display_phone_number"].string_or(config_.phone_number_id);
            if (root["verified_name"]) words.append(", ").append(root["verified_name"].view_or(""));
            if (root["quality_rating"]) words.append(", quality ").append(root["quality_rating"].view_or(""));
            good(std::move(words));
        }
        if (config_.waba_id.empty()) {
            bad("no WhatsApp Business account is configured (waba_id)",
                "without it templates and the webhook's subscription cannot be looked at");
            return ask_webhook();
        }
        ask("/" + config_.waba_id + "/subscribed_apps", {}, &Probe::check_subscription);
    }

    void check_subscription(const net::ClientResult& answer) {
        const Result<boost::json::value> document = read_graph_answer(answer);
        if (!document) {
            bad("the subscriptions of the WhatsApp Business account " + config_.waba_id +
                    " cannot be read: " + document.error().message,
                "check waba_id and the permission whatsapp_business_management");
            return ask_webhook();
        }
        JsonProblem ignored;
        const JsonReader apps = JsonReader(*document, ignored)["data"];
        bool is_ours = config_.app_id.empty() && apps.size() > 0;
        for (std::size_t i = 0; i < apps.size(); ++i)
            is_ours = is_ours || apps[i]["whatsapp_business_api_data"]["id"].text_or("") == config_.app_id;
        if (is_ours)
            good("the app is subscribed to the WhatsApp Business account, so webhooks come");
        else
            bad("the app is not subscribed to the WhatsApp Business account: no webhook will ever come",
                "subscribe it: POST /" + config_.waba_id + "/subscribed_apps with the account's token");
        ask_webhook();
    }

    // Where the app's webhooks go and which it gets is told to the app itself:
    // https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
    void ask_webhook() {
        if (config_.app_id.empty() || config_.app_secret.empty()) return done_(std::move(lines_));
        const auto make = [config = config_](const Graph& graph, const Secret&) -> Result<net::ClientRequest> {
            return graph.get("/" + config.app_id + "/subscriptions", {},
                             Secret(config.app_id + "|" + config.app_secret.reveal()));
        };
        caller_->call_once(make, [self = shared_from_this()](net::ClientResult answer) {
            self->check_webhook(answer);
            self->done_(std::move(self->lines_));
        });
    }

    void check_webhook(const net::ClientResult& answer) {
        const std::string where = "in the app's WhatsApp > Configuration";
        const Result<boost::json::value> document = read_graph_answer(answer);
        if (!document)
            return bad("the app's webhook cannot be looked at: " + document.error().message,
                       "check app_id and app_secret, and see " + where);
        JsonProblem ignored;
        const JsonReader all = JsonReader(*document, ignored)["data"];
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i]["object"].view_or("") == "whatsapp_business_account") return check_webhook_of(all[i], where);
        bad("the app has no webhook for WhatsApp",
            "set it " + where + ": https://<this host>/whatsapp/webhook, with the account's verify token");
    }

    void check_webhook_of(const JsonReader& hook, const std::string& where) {
        const std::string url = hook["callback_url"].string_or("nowhere");
        if (!hook["active"].bool_or(true))
            return bad("the app's webhook " + url + " is switched off", "verify and save it again " + where);
        const JsonReader fields = hook["fields"];
        for (std::size_t i = 0; i < fields.size(); ++i)
            if (fields[i]["name"].view_or("") == "messages" || fields[i].view_or("") == "messages")
                return good("the app's webhook goes to " + url + " and tells of messages");
        bad("the app's webhook " + url + " does not tell of messages", "subscribe the field \"messages\" " + where);
    }

    std::shared_ptr<CloudCaller> caller_;
    CloudConfig config_;
    Done done_;
    std::vector<ProbeLine> lines_;
};

}  // namespace

void probe_cloud_account(std::shared_ptr<CloudCaller> caller, const CloudConfig& config,
                         UniqueFunction<void(std::vector<ProbeLine>)> done) {
    std::make_shared<Probe>(std::move(caller), config, std::move(done))->start();
}

}  // namespace parley::channels
