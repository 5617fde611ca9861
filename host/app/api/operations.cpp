#include "app/api/operations.hpp"

#include <boost/json.hpp>

namespace parley::app {

namespace json = boost::json;
using net::Response;

Response answer(const json::value& body, int status) {
    return Response::json(status, json::serialize(body));
}

Response nothing_more() {
    Response response;
    response.status = 204;
    return response;
}

Response not_found(const std::string& what) {
    return api::problem(404, "not_found", what);
}

Response page(json::array items, const std::string& next) {
    json::object body{{"items", std::move(items)}};
    body["next"] = next.empty() ? json::value(nullptr) : json::value(next);
    return answer(body);
}

void from_database(Application& app, net::Responder respond, std::function<Response(pqxx::work&)> body) {
    from_database(app, std::move(respond), std::move(body), nullptr);
}

void from_database(Application& app, net::Responder respond, std::function<Response(pqxx::work&)> body,
                   std::function<void()> after) {
    auto made = std::make_shared<Response>();
    app.database().run_async(
        app.loop(), [made, body = std::move(body)](pqxx::work& tx) { *made = body(tx); },
        [made, after = std::move(after), respond = std::move(respond)](Result<void> done) mutable {
            if (!done) {
                auto failed = api::problem(done.error());
                if (!db::is_in_doubt(done.error())) failed.headers.set(api::nothing_done, "true");
                return respond(std::move(failed));
            }
            if (after && made->status < 400) after();
            respond(std::move(*made));
        });
}

void then_from_database(Application& app, net::Responder respond, std::function<Response(pqxx::work&)> body) {
    from_database(app, net::Responder([respond = std::move(respond)](Response response) mutable {
                      response.headers.remove(api::nothing_done);
                      respond(std::move(response));
                  }),
                  std::move(body));
}

std::string text_in(const json::value& body, std::string_view name) {
    const auto* object = body.if_object();
    const auto* value = object ? object->if_contains(name) : nullptr;
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace parley::app
