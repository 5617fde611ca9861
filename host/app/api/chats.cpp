// Conversations.

#include <boost/json.hpp>

#include "api/cursor.hpp"
#include "api/list_json.hpp"
#include "api/list_query.hpp"
#include "app/api/operations.hpp"
#include "db/store/chats.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;

json::object describe(const db::ChatRow& chat) {
    json::object one{{"account", chat.last.account},
                     {"chat", chat.last.chat},
                     {"group", !chat.last.group.empty()},
                     {"last_message", json::parse(api::to_json(chat.last))}};
    if (!chat.name.empty()) one["name"] = chat.name;
    return one;
}

void list(Application& app, Call call) {
    const auto asked = api::read_page(call.request, api::chat_cursor);
    if (!asked) return call.respond(api::problem(asked.error()));
    db::ChatFilter filter;
    if (const auto name = call.request.query_value("account")) {
        const auto* entry = app.accounts().directory().find(*name);
        if (!entry) return call.respond(api::problem(make_error(Errc::invalid, "account: there is none of that name")));
        filter.account = entry->account.id;
    }
    filter.text = call.request.query_value("q").value_or("");
    from_database(app, std::move(call.respond), [filter, asked = *asked](pqxx::work& tx) {
        const auto found = db::list_chats(tx, filter, asked);
        json::array items;
        for (const auto& chat : found.items) items.push_back(describe(chat));
        return page(std::move(items),
                    found.next == 0 ? std::string() : api::cursor_to_text(api::chat_cursor, found.next));
    });
}

void show(Application& app, Call call) {
    const auto* entry = app.accounts().directory().find(call.path("account"));
    if (!entry) return call.respond(not_found("there is no account of that name"));
    from_database(app, std::move(call.respond),
                  [account = entry->account.id, chat = call.path("chat")](pqxx::work& tx) {
                      const auto found = db::read_chat(tx, account, chat);
                      return found ? answer(describe(*found)) : not_found("nobody wrote in this chat yet");
                  });
}

}  // namespace

void add_chat_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listChats", list);
    bind(gate, app, "getChat", show);
}

}  // namespace parley::app
