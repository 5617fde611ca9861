#include "campaigns/template_status.hpp"

#include <algorithm>

#include "core/json_reader.hpp"
#include "db/store/campaigns.hpp"

namespace parley::campaigns {

namespace {

constexpr std::string_view fate = "message_template_status_update", new_category = "template_category_update";

}  // namespace

bool is_about_template(const AccountEvent& event) {
    return event.type == fate || event.type == new_category;
}

// {"event": "APPROVED", "message_template_name": "...", "message_template_language": "en_US", "reason": "NONE", ...}
// and
// {"message_template_name": "...", "message_template_language": "en-US", "new_category": "MARKETING", ...}:
// https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account
void note_template(Executor& executor, db::Pool& pool, const AccountEvent& event,
                   UniqueFunction<void(Result<void>)> written) {
    const auto payload = parse_json(event.payload);
    const bool is_fate = event.type == fate;
    std::string name, language, what;
    if (payload) {
        JsonProblem ignored;
        const JsonReader root(*payload, ignored);
        name = root["message_template_name"].string_or("");
        language = root["message_template_language"].string_or("");
        what = root[is_fate ? "event" : "new_category"].string_or("");
    }
    if (name.empty() || what.empty()) return written({});
    std::replace(language.begin(), language.end(), '-', '_');  // as lists of templates have it
    pool.run_async(
        executor,
        [account = event.account, is_fate, name, language, what](pqxx::work& tx) {
            (is_fate ? db::write_template_status : db::write_template_category)(tx, account, name, language, what);
        },
        std::move(written), db::Rerun::safe);
}

}  // namespace parley::campaigns
