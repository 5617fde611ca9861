#include "api/list_json.hpp"

#include <boost/json.hpp>

#include "api/cursor.hpp"
#include "api/list_query.hpp"
#include "core/ids.hpp"

namespace parley::api {
namespace {

namespace json = boost::json;

template <class Row, class Describe>
std::string page_json(const db::Slice<Row>& page, char list, Describe describe) {
    json::array items;
    for (const auto& row : page.items) items.push_back(describe(row));
    json::object answer{{"items", std::move(items)}};
    answer["next"] = page.next == 0 ? json::value(nullptr) : json::value(cursor_to_text(list, page.next));
    return json::serialize(answer);
}

void put(json::object& object, std::string_view name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

// What is stored as JSON stays JSON; anything else (a link) is a text.
json::value embedded(const std::string& text) {
    json::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value(text) : value;
}

json::object media_of(const std::string& stored) {
    const auto value = embedded(stored);
    json::object media;
    if (!value.is_object()) return media;
    // Not `source`: at some providers the address of a file is all that one needs to read it.
    for (const char* name : {"kind", "mime", "name", "size", "stored"}) {
        const auto* field = value.get_object().if_contains(name);
        const bool empty = !field || (field->is_string() && field->get_string().empty()) ||
                           (field->is_number() && field->to_number<double>() == 0);
        if (!empty) media[name] = *field;
    }
    return media;
}

json::object describe(const db::MessageRow& row) {
    json::object item{{"id", std::to_string(row.id)},
                      {"time", to_iso8601(IdGenerator::time_of(row.id))},
                      {"account", row.account},
                      {"direction", row.outbound ? "out" : "in"},
                      {"type", row.type},
                      {"kind", row.kind},
                      {"chat", row.chat}};
    put(item, "sender", row.sender);
    put(item, "sender_name", row.sender_name);
    put(item, "group", row.group);
    item["text"] = row.text;
    if (!row.media.empty()) item["media"] = media_of(row.media);
    if (!row.payload.empty()) item["payload"] = embedded(row.payload);
    item["status"] = row.status;
    put(item, "error", row.error);
    put(item, "provider_id", row.provider_id);
    put(item, "refers_to", row.refers_to);
    if (row.cause != 0) item["cause"] = std::to_string(row.cause);
    put(item, "trace", row.trace);
    put(item, "sent_at", row.sent_at);
    if (!row.turn.empty()) item["turn"] = embedded(row.turn);
    return item;
}

json::object describe_file(const db::MessageRow& row) {
    json::object item{{"message", std::to_string(row.id)},
                      {"time", to_iso8601(IdGenerator::time_of(row.id))},
                      {"account", row.account},
                      {"direction", row.outbound ? "out" : "in"},
                      {"chat", row.chat}};
    put(item, "sender", row.sender);
    for (const auto& member : media_of(row.media)) item[member.key()] = member.value();
    return item;
}

json::object describe_contact(const db::ContactRow& row) {
    json::object item{{"id", std::to_string(row.id)}, {"organisation", row.organisation}};
    put(item, "name", row.name);
    put(item, "phone", row.phone);
    item["identities"] = embedded(row.identities);
    put(item, "opted_out_at", row.opted_out_at);
    item["first_seen"] = row.first_seen;
    item["last_seen"] = row.last_seen;
    return item;
}

}  // namespace

std::string to_json(const db::Slice<db::MessageRow>& page) {
    return page_json(page, message_cursor, describe);
}

std::string to_media_json(const db::Slice<db::MessageRow>& page) {
    return page_json(page, message_cursor, describe_file);
}

std::string to_json(const db::Slice<db::ContactRow>& page) {
    return page_json(page, contact_cursor, describe_contact);
}

std::string to_json(const db::MessageRow& row) {
    return json::serialize(describe(row));
}

json::array to_json(const std::vector<db::PieceRow>& pieces) {
    json::array items;
    for (const auto& piece : pieces) {
        json::object item{{"id", std::to_string(piece.id)}, {"status", piece.status}};
        put(item, "error", piece.error);
        items.push_back(std::move(item));
    }
    return items;
}

std::string to_json(const db::MessageRow& row, const std::vector<db::PieceRow>& pieces) {
    auto item = describe(row);
    if (!pieces.empty()) item["pieces"] = to_json(pieces);
    return json::serialize(item);
}

std::string to_json(const db::ContactRow& row) {
    return json::serialize(describe_contact(row));
}

std::string to_json(const db::Slice<db::EventRow>& page) {
    return page_json(page, event_cursor, [](const db::EventRow& row) {
        json::object item{{"id", std::to_string(row.id)}, {"account", row.account}, {"type", row.type}};
        if (!row.payload.empty()) item["payload"] = embedded(row.payload);
        item["told_at"] = row.told_at;
        return item;
    });
}

std::string to_json(const db::Slice<db::AuditRow>& page) {
    return page_json(page, audit_cursor, [](const db::AuditRow& row) {
        json::object item{{"id", std::to_string(row.id)}, {"at", row.at},
                          {"actor_kind", row.actor_kind}, {"actor_id", std::to_string(row.actor_id)},
                          {"actor", row.actor},           {"action", row.action},
                          {"target", row.target}};
        if (!row.before.empty()) item["before"] = embedded(row.before);
        if (!row.after.empty()) item["after"] = embedded(row.after);
        item["status"] = row.status == 0 ? json::value(nullptr) : json::value(row.status);
        item["remote"] = row.remote;
        return item;
    });
}

}  // namespace parley::api
