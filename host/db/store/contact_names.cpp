#include "db/store/contact_names.hpp"

#include "db/store/array_literal.hpp"

namespace parley::db {
namespace {

// Shorter ones may be a part of anything.
constexpr std::size_t shortest_telling = 5;

}  // namespace

std::optional<PersonNames> names_of(pqxx::work& tx, ContactId id) {
    const auto contact = tx.exec_params("select organisation_id, phone from contacts where id = $1", id);
    if (contact.empty()) return std::nullopt;
    PersonNames found;
    found.organisation = contact[0][0].as<int>();
    std::vector<std::string> values;
    if (const std::string phone = contact[0][1].c_str(); !phone.empty()) {
        values.push_back(phone);
        found.telling.push_back(phone);
    }
    for (const auto& row : tx.exec_params(
             "select value, kind in ('phone', 'user_id', 'lid') from contact_identities where contact_id = $1", id)) {
        values.emplace_back(row[0].c_str());
        if (row[1].as<bool>()) found.telling.push_back(values.back());
    }
    std::erase_if(found.telling, [](const auto& name) { return name.size() < shortest_telling; });
    ArrayLiteral names, chats;
    for (const auto& value : values) {
        for (const char* before : {"", "+", "whatsapp:", "whatsapp:+"}) {
            names.add(before + value);
            chats.add(before + value);
        }
        for (const char* behind : {"@s.whatsapp.net", "@lid"}) chats.add(value + behind);
    }
    found.names = names.str();
    found.chats = chats.str();
    return found;
}

}  // namespace parley::db
