// Chats in which a human answers, so that the language model is silent.

#include <boost/json.hpp>

#include "app/api/operations.hpp"
#include "channels/recipient.hpp"
#include "db/store/silence.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Response;

constexpr std::size_t most_listed = 10'000;
constexpr double hour_ms = 3'600'000;
constexpr const char* none = "nobody has taken over that chat";

struct Place {
    AccountId account = 0;
    std::string chat;
};

// "-" is the account there is, and a chat may be a phone number.
Result<Place> place_of(Application& app, const Call& call) {
    const std::string name = call.path("account");
    const auto entry = app.accounts().sending_account(name == "-" ? std::string() : name);
    if (!entry) return make_error(Errc::not_found, entry.error().message);
    auto chat = channels::chat_id((*entry)->account.channel, call.path("chat"));
    if (!chat) return chat.error();
    return Place{(*entry)->account.id, std::move(*chat)};
}

json::object describe(const db::Takeover& one) {
    json::object object{
        {"account", one.account_name}, {"chat", one.chat}, {"by", one.by}, {"since", to_iso8601(one.at)}};
    if (one.ends != 0) object["until"] = to_iso8601(one.ends);
    return object;
}

void list(Application& app, Call call) {
    from_database(app, std::move(call.respond), [](pqxx::work& tx) {
        json::array items;
        for (const auto& one : db::list_takeovers(tx, most_listed)) items.push_back(describe(one));
        return page(std::move(items));
    });
}

void show_place(Application& app, const Place& place, net::Responder respond) {
    then_from_database(app, std::move(respond), [place](pqxx::work& tx) {
        for (const auto& one : db::list_takeovers(tx, most_listed))
            if (one.account == place.account && one.chat == place.chat) return answer(describe(one));
        return not_found(none);
    });
}

void show(Application& app, Call call) {
    const auto place = place_of(app, call);
    place ? show_place(app, *place, std::move(call.respond)) : call.respond(api::problem(place.error()));
}

// One that is held for longer stays so.
void take(Application& app, Call call) {
    const auto place = place_of(app, call);
    if (!place) return call.respond(api::problem(place.error()));
    std::string by = text_in(call.body, "by");
    if (by.empty()) by = call.principal.name;
    const auto* hours = call.body.as_object().if_contains("hours");
    const double asked = hours ? hours->to_number<double>() : 0;
    const UnixMillis ends = asked > 0 ? unix_now() + static_cast<UnixMillis>(asked * hour_ms) : 0;
    app.guards().silence().take(
        place->account, place->chat, std::move(by), ends,
        [&app, place = *place, respond = std::move(call.respond)](const Result<bool>& taken) mutable {
            if (!taken) return respond(api::problem(taken.error()));
            show_place(app, place, std::move(respond));
        });
}

void give_back(Application& app, Call call) {
    const auto place = place_of(app, call);
    if (!place) return call.respond(api::problem(place.error()));
    app.guards().silence().give_back(place->account, place->chat,
                                     [respond = std::move(call.respond)](const Result<bool>& ended) mutable {
                                         if (!ended) return respond(api::problem(ended.error()));
                                         respond(*ended ? nothing_more() : not_found(none));
                                     });
}

}  // namespace

void add_takeover_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listTakeovers", list);
    bind(gate, app, "getTakeover", show);
    bind(gate, app, "takeOverChat", take);
    bind(gate, app, "giveBackChat", give_back);
}

}  // namespace parley::app
