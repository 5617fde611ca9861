// Registering, signing in and out.

#include <boost/json.hpp>

#include "app/application.hpp"
#include "app/routes/routes.hpp"
#include "core/json_reader.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using net::Request;
using net::Responder;
using net::Response;

constexpr std::size_t small_body = 16 * 1024;

auth::Origin origin_of(const Request& request) {
    return {request.remote, std::string(request.headers.get("User-Agent")), request.local};
}

struct Given {
    std::string username;
    Secret password;
};

Result<Given> read_given(const Request& request) {
    const auto parsed = parse_json(request.body);
    if (!parsed) return parsed.error();
    JsonProblem problem;
    const JsonReader body(*parsed, problem);
    Given given{body["username"].string(), Secret(body["password"].string())};
    if (problem) return problem.error();
    return given;
}

void sign_up(Application& app, const Request& request, Responder respond) {
    if (!app.settings().flag("registration_open"))
        return respond(Response::problem(403, "forbidden",
                                         "nobody can register here by themselves: ask the operator of this host"));
    auto given = read_given(request);
    if (!given) return respond(problem(given.error()));
    app.people().people().add(given->username, std::move(given->password), auth::Role::user, origin_of(request),
                              [respond = std::move(respond)](auth::Outcome<db::Person> made) mutable {
                                  if (!made) return respond(refused(made.error()));
                                  json::object answer;
                                  answer["id"] = made->id;
                                  answer["username"] = made->username;
                                  respond(Response::json(201, json::serialize(answer)));
                              });
}

void sign_in(Application& app, const Request& request, Responder respond) {
    auto given = read_given(request);
    if (!given) return respond(problem(given.error()));
    app.people().people().sign_in(
        given->username, std::move(given->password), origin_of(request),
        [respond = std::move(respond)](auth::Outcome<auth::People::SignedIn> signed_in) mutable {
            if (!signed_in) return respond(refused(signed_in.error()));
            json::object answer;
            answer["message"] = "Login successful";
            answer["token"] = signed_in->token.reveal();
            answer["expires_in"] = signed_in->lifetime.count();
            auto response = Response::json(200, json::serialize(answer));
            response.headers.set("Cache-Control", "no-store");
            respond(std::move(response));
        });
}

void sign_out(Application& app, const auth::Principal& who, const Request& request, Responder respond) {
    app.people().people().sign_out(
        who, origin_of(request), [respond = std::move(respond)](auth::Outcome<void> over) mutable {
            respond(over ? Response::json(200, R"({"message":"Logout successful"})") : refused(over.error()));
        });
}

}  // namespace

Response refused(const auth::Refusal& refusal) {
    if (refusal.retry_after.count() > 0) {
        auto response = Response::problem(429, "too_many", refusal.error.message);
        response.headers.set("Retry-After", std::to_string(refusal.retry_after.count()));
        return response;
    }
    if (refusal.error.code == Errc::overloaded || refusal.error.code == Errc::unavailable)
        return come_again(refusal.error.message);
    auto response = problem(refusal.error);
    if (refusal.error.code == Errc::unauthorized) response.headers.set("WWW-Authenticate", "Bearer");
    return response;
}

std::optional<Response> no_person(const auth::Authenticator::Answer& answer) {
    if (answer.unavailable) return come_again("the database is away");
    if (answer.wait.count() > 0) return refused({make_error(Errc::overloaded, auth::too_many_wrong), answer.wait});
    if (!answer.principal) {
        auto response = Response::problem(401, "unauthorized",
                                          "sign in at /auth/login/ and send \"Authorization: Bearer <token>\"");
        response.headers.set("WWW-Authenticate", "Bearer");
        return response;
    }
    if (answer.principal->kind != auth::Principal::Kind::person)
        return Response::problem(403, "forbidden", "rooms are for people: sign in with a username");
    return std::nullopt;
}

net::Handler for_people(Application& app, PersonHandler handler) {
    return [&app, handler = std::move(handler)](Request request, Responder respond) {
        auto asked = std::make_shared<Request>(std::move(request));
        app.people().authenticator().authenticate(*asked, [&app, handler, asked, respond = std::move(respond)](
                                                              const auth::Authenticator::Answer& answer) mutable {
            if (auto refusal = no_person(answer)) return respond(std::move(*refusal));
            handler(app, *answer.principal, std::move(*asked), std::move(respond));
        });
    };
}

void add_people_routes(net::Router& router, Application& app) {
    net::RouteLimits small;
    small.max_body = small_body;
    const auto with = [&app](auto function) {
        return
            [&app, function](const Request& request, Responder respond) { function(app, request, std::move(respond)); };
    };
    for (const std::string end : {"", "/"}) {
        router.add("POST", "/auth/register" + end, with(sign_up), small);
        router.add("POST", "/auth/login" + end, with(sign_in), small);
        router.add("POST", "/auth/logout" + end, for_people(app, sign_out), small);
    }
}

}  // namespace parley::app
