#include "campaigns/template_status.hpp"

#include "core/json_reader.hpp"
#include "db/store/campaigns.hpp"

namespace parley::campaigns {

bool is_template_status(const AccountEvent& event) {
    return event.type == "message_template_status_update";
}

// {"event": "APPROVED", "message_template_name": "...", "message_template_language": "en_US", "reason": "NONE", ...}:
// https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account
void note_template_status(Executor& executor, db::Pool& pool, const AccountEvent& event,
                          UniqueFunction<void(Result<void>)> written) {
    const auto payload = parse_json(event.payload);
    std::string name, language, status;
    if (payload) {
        JsonProblem ignored;
        const JsonReader root(*payload, ignored);
        name = root["message_template_name"].string_or("");
        language = root["message_template_language"].string_or("");
        status = root["event"].string_or("");
    }
    if (name.empty() || status.empty()) return written({});
    pool.run_async(
        executor,
        [account = event.account, name, language, status](pqxx::work& tx) {
            db::write_template_status(tx, account, name, language, status);
        },
        std::move(written), db::Rerun::safe);
}

}  // namespace parley::campaigns
