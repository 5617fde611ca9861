// What waits and what failed: dropping, and trying again.

#include <boost/json.hpp>

#include "api/cursor.hpp"
#include "api/list_query.hpp"
#include "app/api/operations.hpp"
#include "db/store/repositories.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Responder;
using net::Response;

constexpr const char* no_letter = "there is no dead letter of that id";

json::object describe(const db::DeadLetter& letter, const std::string& account) {
    json::object one{{"id", std::to_string(letter.id)},
                     {"kind", letter.kind},
                     {"reason", letter.reason},
                     {"content", letter.content},
                     {"created_at", letter.created_at}};
    if (!account.empty()) one["account"] = account;
    return one;
}

// Accounts live on the I/O thread; their names are taken along to the database thread.
std::map<AccountId, std::string> account_names(Application& app) {
    std::map<AccountId, std::string> names;
    for (const auto* entry : app.accounts().directory().all()) names[entry->account.id] = entry->account.name;
    return names;
}

std::string name_in(const std::map<AccountId, std::string>& names, AccountId id) {
    const auto found = names.find(id);
    return found == names.end() ? std::string() : found->second;
}

void list(Application& app, Call call) {
    const auto asked = api::read_page(call.request, api::letter_cursor);
    if (!asked) return call.respond(api::problem(asked.error()));
    const std::string kind = call.request.query_value("kind").value_or("");
    from_database(app, std::move(call.respond), [asked = *asked, kind, names = account_names(app)](pqxx::work& tx) {
        const auto letters = db::list_dead_letters(tx, kind, asked.before, asked.limit + 1);
        json::array items;
        for (const auto& letter : letters)
            if (items.size() < asked.limit) items.push_back(describe(letter, name_in(names, letter.account)));
        const bool more = letters.size() > asked.limit;
        return page(std::move(items),
                    more ? api::cursor_to_text(api::letter_cursor, letters[asked.limit - 1].id) : std::string());
    });
}

void show(Application& app, Call call) {
    from_database(app, std::move(call.respond),
                  [id = call.id().value_or(0), names = account_names(app)](pqxx::work& tx) {
                      const auto letter = db::read_dead_letter(tx, id);
                      return letter ? answer(describe(*letter, name_in(names, letter->account))) : not_found(no_letter);
                  });
}

void drop(Application& app, Call call) {
    from_database(app, std::move(call.respond), [id = call.id().value_or(0)](pqxx::work& tx) {
        return db::drop_dead_letter(tx, id) ? nothing_more() : not_found(no_letter);
    });
}

bool has_something(const channels::Decoded& decoded) {
    return !decoded.messages.empty() || !decoded.statuses.empty() || !decoded.events.empty();
}

// Who first understands all of it, else who understands some: the account that it came by, and the others of its
// channel, for one may have been added since.
Result<channels::Decoded> read_again(Application& app, const accounts::Entry& first, const net::Request& request) {
    std::vector<const accounts::Entry*> readers{&first};
    for (const auto* other : app.accounts().directory().of_channel(first.account.channel))
        if (other != &first) readers.push_back(other);
    Result<channels::Decoded> best = make_error(Errc::unsupported, "nobody here can read it");
    for (const auto* reader : readers) {
        auto decoded = reader->channel().decode(request);
        if (decoded && has_something(*decoded) && decoded->unclaimed.empty()) return decoded;
        const bool better = decoded && has_something(*decoded) && !(best && has_something(*best));
        if (better || reader == &first) best = std::move(decoded);
    }
    return best;
}

// A body that a newer version, or another account, may understand goes through its channel once more; without its
// signature, which was checked then.
void replay_webhook(Application& app, MessageId id, db::BuriedWebhook webhook, Responder respond) {
    const auto* entry = app.accounts().directory().find(webhook.account);
    if (!entry)
        return respond(api::problem(
            make_error(Errc::conflict, "this webhook belongs to no account of this host: nobody here can read it")));
    const auto& channel = entry->channel();
    net::Request request;
    request.body = std::move(webhook.raw);
    auto decoded = read_again(app, *entry, request);
    if (!decoded) return respond(api::problem(make_error(Errc::unsupported, decoded.error().message)));
    if (!has_something(*decoded) && !decoded->unclaimed.empty())
        return respond(api::problem(make_error(Errc::unsupported, decoded->unclaimed.front().reason)));
    for (auto& part : decoded->unclaimed) part.account = webhook.account;
    // A body without ids of its own gets them from the letter: requeued twice it is handled once all the same.
    int number = 0;
    for (auto& message : decoded->messages)
        if (message.provider_id.empty())
            message.provider_id = "letter:" + std::to_string(id) + ":" + std::to_string(number++);
    app.intake().accept(
        channel.name(), std::move(*decoded),
        [&app, id, respond = std::move(respond)](pipeline::Intake::Outcome outcome, const std::string& why) mutable {
            if (outcome != pipeline::Intake::Outcome::stored) return respond(api::problem(503, "unavailable", why));
            then_from_database(app, std::move(respond), [id](pqxx::work& tx) {
                db::forget_webhook(tx, id);
                return answer(json::object{{"requeued", true}});
            });
        });
}

void requeue(Application& app, Call call) {
    struct Found {
        bool requeued = false;
        std::optional<db::BuriedWebhook> webhook;
    };
    const auto id = call.id().value_or(0);
    auto found = std::make_shared<Found>();
    app.database().run_async(
        app.loop(),
        [found, id](pqxx::work& tx) {
            found->requeued = db::requeue(tx, id);
            if (!found->requeued) found->webhook = db::read_webhook(tx, id);
        },
        [&app, id, found, respond = std::move(call.respond)](Result<void> done) mutable {
            if (!done) return respond(api::problem(done.error()));
            if (found->webhook) return replay_webhook(app, id, std::move(*found->webhook), std::move(respond));
            if (!found->requeued) return respond(not_found(no_letter));
            app.dispatcher().recover();
            app.sender().recover();
            respond(answer(json::object{{"requeued", true}}));
        });
}

// What stands in the outbox and not in memory is behind what does: it can be dropped when its turn is nearer.
void drop_queued(Application& app, Call call) {
    const auto id = call.id().value_or(0);
    auto respond = std::make_shared<Responder>(std::move(call.respond));
    const std::string reason = "dropped by " + (call.principal.name.empty() ? "an operator" : call.principal.name);
    const auto dropped = [respond](const Result<void>& written) {
        (*respond)(written ? nothing_more()
                           : api::problem(503, "unavailable",
                                          "the database refuses to record that it was dropped, so it still waits: try "
                                          "again later; the log says why"));
    };
    if (app.sender().drop(id, reason, dropped)) return;
    from_database(app, std::move(*respond), [id](pqxx::work& tx) {
        const auto state = db::read_message_state(tx, id);
        if (!state) return not_found("there is no message of that id");
        return api::problem(409, "conflict",
                            state->first == "queued" ? "it is on its way, or too far back in the queue: try again later"
                                                     : "it does not wait any more: it is " + state->first);
    });
}

}  // namespace

void add_queue_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listDeadLetters", list);
    bind(gate, app, "getDeadLetter", show);
    bind(gate, app, "dropDeadLetter", drop);
    bind(gate, app, "requeueDeadLetter", requeue);
    bind(gate, app, "dropQueued", drop_queued);
}

}  // namespace parley::app
