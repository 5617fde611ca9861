#include "api/gate.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "api/etag.hpp"
#include "api/inflow.hpp"
#include "api/problem.hpp"
#include "api/visit.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::api {
namespace {

namespace json = boost::json;
using net::Request;
using net::Response;

constexpr std::size_t longest_key = 200;

Response unauthorized(const std::string& what_to_do) {
    auto response = problem(401, "unauthorized", what_to_do);
    response.headers.set("WWW-Authenticate", "Bearer");
    return response;
}

Response too_many(std::int64_t wait_s, const std::string& why) {
    auto response = problem(429, "too_many", why);
    response.headers.set("Retry-After", std::to_string(wait_s));
    return response;
}

bool is_json(std::string_view content_type) {
    const auto type = text::trim(content_type.substr(0, content_type.find(';')));
    return text::equal_ignoring_case(type, "application/json");
}

}  // namespace

std::optional<std::int64_t> Call::id(std::string_view name) const {
    const auto text = request.path_value(name);
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
    return id;
}

Gate::Gate(Parts parts) : parts_(std::move(parts)), rates_(parts_.options.rate, parts_.options.burst) {}

void Gate::on(const std::string& operation, CallHandler handler) {
    if (!parts_.contract.find(operation)) throw std::logic_error("the contract has no operation " + operation);
    if (parts_.contract.find(operation)->raw) throw std::logic_error("operation " + operation + " takes a file");
    if (!handlers_.emplace(operation, std::move(handler)).second)
        throw std::logic_error("operation " + operation + " has two handlers");
}

void Gate::on_file(const std::string& operation, FileHandler handler) {
    const auto* found = parts_.contract.find(operation);
    if (!found || !found->raw) throw std::logic_error("operation " + operation + " takes no file");
    files_.emplace(operation, std::move(handler));
}

void Gate::on_socket(const std::string& operation, SocketHandler handler) {
    if (!parts_.contract.find(operation)) throw std::logic_error("the contract has no operation " + operation);
    sockets_.emplace(operation, std::move(handler));
}

// A request to upgrade passes the same checks; until it is accepted, an answer refuses it.
void Gate::open_sockets(net::Router& router) {
    for (const auto& [id, handler] : sockets_) {
        const auto* operation = parts_.contract.find(id);
        router.add_websocket(operation->path, [this, operation, accept = handler](
                                                  Request request, std::unique_ptr<net::Upgrade> upgrade) {
            auto held = std::make_shared<std::unique_ptr<net::Upgrade>>(std::move(upgrade));
            const auto visit = make_visit(*operation, std::move(request), net::Responder([held](Response response) {
                if (*held) std::exchange(*held, nullptr)->refuse(std::move(response));
            }));
            visit->handler = [held, accept](Call call) { accept(std::move(call), std::exchange(*held, nullptr)); };
            enter(visit);
        });
    }
}

void Gate::open(net::Router& router) {
    for (const auto& operation : parts_.contract.operations()) {
        if (operation.outside) continue;
        net::RouteLimits limits;
        limits.max_body = operation.max_body;
        limits.deadline_ms = operation.deadline_ms;
        if (files_.contains(operation.id)) {
            router.add_upload(
                operation.method, operation.path,
                [this, &operation](Request request, std::unique_ptr<net::Upload> upload, net::Responder respond) {
                    const auto visit = make_visit(operation, std::move(request), std::move(respond));
                    visit->upload = std::move(upload);
                    enter(visit);
                },
                limits);
            continue;
        }
        if (!handlers_.contains(operation.id)) throw std::logic_error("operation " + operation.id + " has no handler");
        router.add(
            operation.method, operation.path,
            [this, &operation](Request request, net::Responder respond) {
                enter(make_visit(operation, std::move(request), std::move(respond)));
            },
            limits);
    }
    open_sockets(router);
    router.shape_errors("/api/v1", [](int status, std::string_view code, std::string_view detail) {
        return problem(status, code, detail);
    });
    sweep();
}

Gate::VisitPtr Gate::make_visit(const Operation& operation, Request request, net::Responder respond) const {
    auto visit = std::make_shared<Visit>();
    visit->operation = &operation;
    visit->request = std::move(request);
    visit->respond = std::move(respond);
    visit->target = visit->request.path;
    return visit;
}

void Gate::enter(const VisitPtr& visit) {
    if (visit->operation->open) {
        if (auto refused = read(*visit)) return leave(visit, std::move(*refused));
        return run(visit);
    }
    parts_.authenticator.authenticate(
        visit->request, [this, visit](auth::Authenticator::Answer who) { identified(visit, std::move(who)); });
}

void Gate::identified(const VisitPtr& visit, auth::Authenticator::Answer who) {
    if (who.unavailable)
        return leave(visit, problem(503, "unavailable", "the database is away: nobody can be recognised just now"));
    if (who.wait.count() > 0) return leave(visit, too_many(who.wait.count(), auth::too_many_wrong));
    if (!who.principal)
        return leave(visit,
                     unauthorized("send \"Authorization: Bearer <key>\" with an API key, the token of a sign-in, "
                                  "or the API_TOKEN that this host was started with; docs/api.md says how to "
                                  "get one"));
    visit->principal = std::move(*who.principal);
    if (!admit(visit)) return;
    if (auto refused = read(*visit)) return leave(visit, std::move(*refused));
    if (visit->upload) return receive(visit);
    if (visit->operation->edits() && parts_.contract.find("GET", visit->operation->path)) return edit(visit);
    visit->operation->changes() ? begin(visit) : run(visit);
}

// False: the request was answered.
bool Gate::admit(const VisitPtr& visit) {
    const auto& operation = *visit->operation;
    const auto& principal = visit->principal;
    if (!visit->request.local) {
        visit->rate = rates_.take(principal_key(principal), std::chrono::steady_clock::now());
        if (!visit->rate.allowed) {
            leave(visit, too_many(visit->rate.wait_s, "too many requests: wait as long as Retry-After says"));
            return false;
        }
    }
    if (principal.role < operation.role) {
        leave(visit, problem(403, "denied",
                             std::string("this needs the role ") + to_string(operation.role) + "; you have " +
                                 to_string(principal.role)));
        return false;
    }
    if (principal.kind == auth::Principal::Kind::api_key && !principal.scopes.contains(operation.scope)) {
        leave(visit, problem(403, "denied", "this key lacks the scope " + operation.scope));
        return false;
    }
    return true;
}

// The request as the contract wants it; the answer when it is not.
std::optional<Response> Gate::read(Visit& visit) const {
    const auto& operation = *visit.operation;
    if (auto wrong = parts_.contract.check_parameters(operation, visit.request)) return problem(400, "invalid", *wrong);
    if (operation.creates()) visit.key = visit.request.headers.get("Idempotency-Key");
    if (visit.key.size() > longest_key)
        return problem(400, "invalid", "Idempotency-Key: must have at most 200 characters");
    if (operation.raw || !operation.body) return std::nullopt;
    if (visit.request.body.empty()) {
        if (operation.body_required) return problem(400, "invalid", "body: is missing");
        visit.body = json::object();
    } else {
        // A page of another site can send forms, but no JSON.
        if (!visit.request.local && !is_json(visit.request.headers.get("Content-Type")))
            return problem(415, "wrong_type", "send the body as Content-Type: application/json");
        JsonLimits limits;
        limits.max_bytes = operation.max_body;
        auto parsed = parse_json(visit.request.body, limits);
        if (!parsed) return problem(400, "invalid", "body: " + parsed.error().message);
        visit.body = std::move(*parsed);
    }
    if (auto wrong = parts_.contract.check_body(operation, visit.body)) return problem(400, "invalid", *wrong);
    return std::nullopt;
}

// The file goes where it shall while it comes in; nothing is begun before all of it came.
void Gate::receive(const VisitPtr& visit) {
    const auto upload = std::move(visit->upload);
    auto taker = files_.at(visit->operation->id)(visit->request);
    if (!taker) return leave(visit, problem(taker.error()));
    visit->handler = std::move(taker->handle);
    const auto inflow = std::make_shared<Inflow>(std::move(taker->sink), !visit->key.empty());
    upload->receive(inflow, [this, visit, inflow](const Result<void>& received) {
        if (!received) return leave(visit, problem(received.error()));
        if (inflow->size() == 0) return leave(visit, problem(400, "invalid", "body: the file is missing"));
        visit->digest = inflow->digest();
        begin(visit);
    });
}

// Looks at what is about to be changed, for If-Match and for the audit. One edit of a path at a time.
void Gate::edit(const VisitPtr& visit) {
    const auto [place, first] = edited_.try_emplace(visit->target);
    visit->edited = visit->target;
    auto look = [this, visit] {
        const auto& showing = *parts_.contract.find("GET", visit->operation->path);
        Call call;
        call.request = visit->request;
        call.request.query.clear();
        call.request.headers.remove("Range");
        call.principal = visit->principal;
        call.respond = responder([this, visit](const Response& now) { shown(visit, now); });
        handlers_.at(showing.id)(std::move(call));
    };
    if (first) return look();
    if (place->second.size() < 64) {
        place->second.emplace_back(std::move(look));
        return;
    }
    visit->edited.clear();
    leave(visit, problem(503, "overloaded", "too many edits of this wait for each other"));
}

void Gate::shown(const VisitPtr& visit, const Response& now) {
    const bool there = now.status == 200;
    if (!there && now.status != 404) return leave(visit, now);
    const auto wanted = visit->request.headers.get("If-Match");
    if (!wanted.empty() && (!there || !matches(wanted, etag_of(now.body))))
        return leave(visit, problem(412, "changed",
                                    there ? "somebody else changed this since you read it: read it again, and edit that"
                                          : "there is nothing here that could match"));
    if (there && is_answer_json(now) && now.body.size() <= longest_record) visit->before = now.body;
    begin(visit);
}

void Gate::run(const VisitPtr& visit) {
    Call call;
    call.request = std::move(visit->request);
    call.principal = visit->principal;
    call.body = std::move(visit->body);
    call.respond = responder([this, visit](Response response) { finish(visit, std::move(response)); });
    visit->handler ? visit->handler(std::move(call)) : handlers_.at(visit->operation->id)(std::move(call));
}

// Handlers may answer on any thread; the gate works on one. Answers may come after the gate is gone: the executor,
// which outlives it, is all that they touch then, and what is posted to it does not run any more.
net::Responder Gate::responder(std::function<void(Response)> take) {
    return net::Responder([&executor = parts_.executor, take = std::move(take)](Response response) mutable {
        if (executor.on_loop_thread()) return take(std::move(response));
        executor.post(
            [take = std::move(take), response = std::move(response)]() mutable { take(std::move(response)); });
    });
}

void Gate::leave(const VisitPtr& visit, Response response) {
    if (visit->running) running_.erase(visit->running_key());
    if (!visit->edited.empty()) {
        const auto place = edited_.find(visit->edited);
        visit->edited.clear();
        if (place != edited_.end() && place->second.empty()) {
            edited_.erase(place);
        } else if (place != edited_.end()) {
            auto next = std::move(place->second.front());
            place->second.pop_front();
            parts_.executor.post(std::move(next));
        }
    }
    response.headers.remove(nothing_done);
    const auto& operation = *visit->operation;
    // A handler that gave up without an answer.
    if (response.status == 500 && is_answer_json(response))
        response = problem(500, "internal", "the request was not answered; the host's log may say why");
    if (!operation.changes() && response.status == 200 && is_answer_json(response) &&
        parts_.contract.is_edited(operation.path))
        response.headers.set("ETag", etag_of(response.body));
    if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    if (visit->rate.limit > 0) {
        response.headers.set("RateLimit-Limit", std::to_string(visit->rate.limit));
        response.headers.set("RateLimit-Remaining", std::to_string(visit->rate.remaining));
        response.headers.set("RateLimit-Reset", std::to_string(visit->rate.reset_s));
    }
    visit->respond(std::move(response));
}

}  // namespace parley::api
