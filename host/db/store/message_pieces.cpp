#include <pqxx/pqxx>

#include "core/ids.hpp"
#include "db/store/history.hpp"

namespace parley::db {
namespace {

// Pieces get their ids one after the other, before anything is written. More time than that takes.
constexpr UnixMillis made_within = 1'000;

}  // namespace

// What answers nothing has a trace of its own, and that is in all of its pieces and nowhere else.
std::vector<PieceRow> read_pieces(pqxx::work& tx, const MessageRow& message) {
    if (!message.outbound || message.cause != 0 || message.kind != to_string(OutboundKind::text)) return {};
    const UnixMillis made = IdGenerator::time_of(message.id);
    std::vector<PieceRow> pieces;
    for (const auto& row : tx.exec_params(
             "select id, status, error from ("
             " select id, status, error, trace from messages"
             "  where id >= $1 and id < $2 and created_at >= parley_time($1) and created_at <= parley_time($2)"
             "    and direction = 1 and kind = 'text' and chat = $3 and cause is null"
             " union all"
             " select id, 'queued', '', trace from outbox"
             "  where id >= $1 and id < $2 and kind = 'text' and chat = $3 and cause is null) p"
             " where trace = $4 order by id",
             IdGenerator::first_of(made - made_within), IdGenerator::first_of(made + made_within + 1), message.chat,
             message.trace))
        pieces.push_back({row[0].as<MessageId>(), row[1].c_str(), row[2].c_str()});
    if (pieces.size() == 1) pieces.clear();
    return pieces;
}

}  // namespace parley::db
