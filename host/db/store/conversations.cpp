#include "db/store/conversations.hpp"

#include <algorithm>
#include <pqxx/pqxx>

#include "core/text.hpp"
#include "db/store/array_literal.hpp"

namespace parley::db {
namespace {

constexpr std::size_t longest_title = 80;

constexpr const char* put_turn = R"sql(
with talk as (
    insert into conversations (account_id, chat, person, title, pending_command, pending_arguments, pending_until)
    values ($1, $2, $3, $4, $5, $6,
            case when $7::bigint = 0 then null
                 else timestamptz 'epoch' + $7::bigint * interval '1 millisecond' end)
    on conflict (account_id, chat, person) where is_active do update
        set pending_command = excluded.pending_command, pending_arguments = excluded.pending_arguments,
            pending_until = excluded.pending_until, updated_at = now()
    returning id
)
insert into turns (id, conversation_id, messages, asked, attached, answered, model, input_tokens, output_tokens, error,
                   foreign_words)
select $8, id, $9::bigint[], $10, $11, $12, $13, $14, $15, $16, $17 from talk
on conflict (id) do nothing)sql";

constexpr const char* close_talk =
    "update conversations set is_active = false, pending_command = '', pending_until = null, updated_at = now() "
    " where account_id = $1 and chat = $2 and person = $3 and is_active";

}  // namespace

ConversationState read_conversation(pqxx::work& tx, const ConversationKey& key, std::size_t most) {
    ConversationState state;
    const auto found = tx.exec_params(
        "select id, summary, summarised_until, pending_command, pending_arguments, "
        "       coalesce((extract(epoch from pending_until) * 1000)::bigint, 0), "
        "       summary <> '' and exists (select from turns t where t.conversation_id = conversations.id "
        "                                    and t.id <= summarised_until and t.foreign_words) "
        "  from conversations where account_id = $1 and chat = $2 and person = $3 and is_active",
        key.account, key.chat, key.person);
    if (found.empty()) return state;
    const auto talk = found[0];
    state.id = talk[0].as<std::int64_t>();
    state.summary = talk[1].c_str();
    state.summary_foreign = talk[6].as<bool>();
    if (const std::string command = talk[3].c_str(); !command.empty())
        state.pending = PendingCommand{command, talk[4].c_str(), talk[5].as<UnixMillis>()};
    const auto rows = tx.exec_params(
        "select id, asked, attached, answered, foreign_words, id <= $2 from turns "
        " where conversation_id = $1 and answered <> '' order by id desc limit $3",
        talk[0].as<std::int64_t>(), talk[2].as<std::int64_t>(), most);
    for (const auto& row : rows)
        state.turns.push_back(PastTurn{row[0].as<MessageId>(), row[1].c_str(), row[2].c_str(), row[3].c_str(),
                                       row[4].as<bool>(), row[5].as<bool>()});
    std::reverse(state.turns.begin(), state.turns.end());
    return state;
}

bool spoke_since_last_turn(pqxx::work& tx, const ConversationKey& key, std::int64_t conversation, MessageId now) {
    const auto found = tx.exec_params(
        "select exists (select from messages where account_id = $1 and chat = $2 and sender = $3 and direction = 0 "
        "                 and kind = $6 and id < $5 "
        "                 and id > (select max(message) from turns, unnest(messages) message "
        "                            where turns.id = (select max(id) from turns where conversation_id = $4)) "
        "                 and (group_id = '' or ltrim(body) like '.%'))",
        key.account, key.chat, key.person, conversation, now, to_string(EventKind::message));
    return found[0][0].as<bool>();
}

void write_summary(pqxx::work& tx, std::int64_t conversation, const std::string& summary, MessageId until) {
    tx.exec_params(
        "update conversations set summary = $2, summarised_until = $3 "
        " where id = $1 and is_active and summarised_until < $3",
        conversation, summary, until);
}

void prepare_turns(pqxx::connection_base& connection) {
    connection.prepare("parley_turn_put", put_turn);
    connection.prepare("parley_talk_close", close_talk);
}

void write_turn(pqxx::work& tx, MessageId message, const std::vector<MessageId>& joined, const TurnWrite& turn) {
    ArrayLiteral messages;
    messages.add(message);
    for (const auto id : joined) messages.add(id);
    const auto& key = turn.conversation;
    const PendingCommand none;
    const auto& pending = turn.pending ? *turn.pending : none;
    tx.exec_prepared("parley_turn_put", key.account, key.chat, key.person,
                     std::string(text::truncate_utf8(turn.asked, longest_title)), pending.command, pending.arguments,
                     pending.until, message, messages.str(), turn.asked, turn.attached, turn.answered, turn.model,
                     turn.input_tokens, turn.output_tokens, turn.error, turn.foreign_words);
}

void close_conversation(pqxx::work& tx, const ConversationKey& key) {
    tx.exec_prepared("parley_talk_close", key.account, key.chat, key.person);
}

}  // namespace parley::db
