// Who can sign in. What admins change about somebody ends that person's sign-ins.

#include <boost/json.hpp>

#include "api/cursor.hpp"
#include "api/list_query.hpp"
#include "app/api/operations.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Responder;
using net::Response;

json::object describe(const db::Person& person) {
    return {{"id", std::to_string(person.id)},
            {"username", person.username},
            {"role", person.role},
            {"disabled", person.disabled},
            {"created_at", person.created_at}};
}

Response refusal(const auth::Refusal& refused) {
    if (refused.retry_after.count() == 0) return api::problem(refused.error);
    auto response = api::problem(429, "too_many", refused.error.message);
    response.headers.set("Retry-After", std::to_string(refused.retry_after.count()));
    return response;
}

Response shown(pqxx::work& tx, const std::string& name) {
    const auto person = db::find_person(tx, name);
    return person ? answer(describe(*person)) : not_found("there is nobody of that name");
}

// Oldest first: the cursor is the last id of the page.
void list(Application& app, Call call) {
    auto asked = api::read_page(call.request, api::person_cursor);
    if (!asked) return call.respond(api::problem(asked.error()));
    const auto after = asked->before == db::newest ? 0 : asked->before;
    from_database(app, std::move(call.respond), [after, limit = asked->limit](pqxx::work& tx) {
        const auto people = db::list_people(tx, after, limit + 1);
        json::array items;
        for (const auto& person : people)
            if (items.size() < limit) items.push_back(describe(person));
        const bool more = people.size() > limit;
        return page(std::move(items),
                    more ? api::cursor_to_text(api::person_cursor, people[limit - 1].id) : std::string());
    });
}

void show(Application& app, Call call) {
    from_database(app, std::move(call.respond), [name = call.path("name")](pqxx::work& tx) { return shown(tx, name); });
}

void create(Application& app, Call call) {
    const auth::Origin origin{call.request.remote, std::string(call.request.headers.get("User-Agent")), true};
    app.people().people().add(text_in(call.body, "username"), Secret(text_in(call.body, "password")),
                              *auth::role_from(text_in(call.body, "role")), origin,
                              [respond = std::move(call.respond)](auth::Outcome<db::Person> made) mutable {
                                  respond(made ? answer(describe(*made), 201) : refusal(made.error()));
                              });
}

// One thing after the other; the first that is refused ends it.
struct Change {
    std::string name;
    std::vector<std::function<void(auth::People::Done<void>)>> steps;
    Responder respond;
};

void go_on(Application& app, const std::shared_ptr<Change>& change) {
    if (change->steps.empty())
        return then_from_database(app, std::move(change->respond),
                                  [name = change->name](pqxx::work& tx) { return shown(tx, name); });
    const auto step = std::move(change->steps.front());
    change->steps.erase(change->steps.begin());
    step([&app, change](const auth::Outcome<void>& done) {
        if (!done) return change->respond(refusal(done.error()));
        go_on(app, change);
    });
}

void update(Application& app, Call call) {
    auto change = std::make_shared<Change>();
    change->name = call.path("name");
    change->respond = std::move(call.respond);
    auto& people = app.people().people();
    const auto& body = call.body.as_object();
    if (body.contains("password"))
        change->steps.emplace_back([&people, name = change->name,
                                    password = Secret(text_in(call.body, "password"))](auth::People::Done<void> done) {
            people.set_password(name, password, std::move(done));
        });
    if (body.contains("role"))
        change->steps.emplace_back(
            [&people, name = change->name, role = *auth::role_from(text_in(call.body, "role"))](
                auth::People::Done<void> done) { people.set_role(name, role, std::move(done)); });
    if (const auto* disabled = body.if_contains("disabled"))
        change->steps.emplace_back(
            [&people, name = change->name, off = disabled->as_bool()](auth::People::Done<void> done) {
                people.set_disabled(name, off, std::move(done));
            });
    go_on(app, change);
}

}  // namespace

void add_user_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "listUsers", list);
    bind(gate, app, "createUser", create);
    bind(gate, app, "getUser", show);
    bind(gate, app, "updateUser", update);
}

}  // namespace parley::app
