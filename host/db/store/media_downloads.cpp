#include "db/store/media_downloads.hpp"

#include <boost/json.hpp>
#include <pqxx/pqxx>

#include "db/store/media_json.hpp"

namespace parley::db {
namespace {

namespace json = boost::json;

// Adds to the JSON in messages.media, and takes the row out of the queue.
void conclude(pqxx::work& tx, MessageId message, const json::object& more) {
    tx.exec_params(
        "update messages set media = (media::jsonb || $2::jsonb)::text "
        " where id = $1 and created_at = parley_time($1) and media <> ''",
        message, json::serialize(more));
    tx.exec_params("delete from media_downloads where message_id = $1", message);
}

}  // namespace

std::optional<std::int64_t> next_download(pqxx::work& tx) {
    // Not greatest(0, ...): that is 0 when there is none.
    const auto row = tx.exec(
        "select (extract(epoch from min(next_at) - now()) * 1000)::bigint from media_downloads "
        " where next_at > now()");
    return row[0][0].is_null() ? std::nullopt : std::optional(row[0][0].as<std::int64_t>());
}

void finish_download(pqxx::work& tx, MessageId message, const Media& media) {
    conclude(tx, message, {{"stored", media.stored}, {"mime", media.mime}, {"size", media.size}});
}

void give_up_download(pqxx::work& tx, MessageId message, const std::string& why) {
    conclude(tx, message, {{"problem", why}});
}

void postpone_download(pqxx::work& tx, MessageId message, int attempts, std::int64_t wait_ms, const std::string& why) {
    tx.exec_params(
        "update media_downloads set attempts = $2, error = $4, next_at = now() + $3::bigint * interval '1 millisecond' "
        " where message_id = $1",
        message, attempts, wait_ms, why);
}

std::optional<FileState> read_file_state(pqxx::work& tx, MessageId message) {
    const auto rows = tx.exec_params(
        "select media, coalesce(nullif(media, '')::json ->> 'problem', '') from messages "
        " where id = $1 and created_at = parley_time($1)",
        message);
    if (rows.empty()) return std::nullopt;
    return FileState{media_from_json(rows[0][0].c_str()), rows[0][1].c_str()};
}

std::set<std::string, std::less<>> read_needed_files(pqxx::work& tx) {
    std::set<std::string, std::less<>> files;
    const auto rows = tx.exec(
        "select media::json ->> 'stored' from outbox where media <> '' "
        "union select m.media::json ->> 'stored' from inbox i join messages m on m.id = i.id and m.created_at = "
        "i.created_at where m.media <> ''");
    for (const auto& row : rows)
        if (!row[0].is_null()) files.insert(row[0].c_str());
    return files;
}

void forget_old_downloads(pqxx::work& tx) {
    tx.exec("delete from media_downloads where parley_time(message_id) < now() - interval '8 days'");
}

}  // namespace parley::db
