#include <pqxx/pqxx>

#include "db/store/media_json.hpp"
#include "db/store/repositories.hpp"

namespace parley::db {

std::optional<QuotedMessage> read_quoted(pqxx::work& tx, AccountId account, const std::string& chat,
                                         const std::string& provider_id) {
    const auto rows = tx.exec_params(
        // One half for each of the partial indexes on provider ids.
        "select direction, sender, body, media from ("
        "select id, direction, sender, body, media from messages where account_id = $1 and provider_id = $2 "
        "   and direction = 0 and chat = $3 and created_at > now() - interval '35 days' "
        "union all "
        "select id, direction, sender, body, media from messages where account_id = $1 and provider_id = $2 "
        "   and direction = 1 and chat = $3 and created_at > now() - interval '35 days') quoted "
        "order by id desc limit 1",
        account, provider_id, chat);
    if (rows.empty()) return std::nullopt;
    QuotedMessage message;
    message.ours = rows[0][0].as<int>() == 1;
    message.sender = rows[0][1].c_str();
    message.text = rows[0][2].c_str();
    if (rows[0][3].size() > 0) message.media = media_from_json(rows[0][3].c_str());
    return message;
}

}  // namespace parley::db
