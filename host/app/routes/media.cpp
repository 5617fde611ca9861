// GET /media/{token}: stored files for providers that fetch what they shall deliver (Twilio), and for rooms. Nothing
// can be listed or guessed.
#include "app/application.hpp"
#include "app/routes/routes.hpp"

namespace parley::app {

void add_media_routes(net::Router& router, Application& app) {
    static const net::ErrorShape errors = &net::Response::problem;
    router.add("GET", "/media/{token}", [&app](net::Request request, net::Responder respond) {
        const auto reference = app.files().links().open(request.path_value("token"), unix_now());
        if (!reference) return respond(errors(404, "not_found", reference.error().message));
        FileServer::Wish wish;
        wish.reference = *reference;
        wish.range = request.headers.get("Range");
        wish.status_when_gone = 410;
        wish.may_be_shown = true;
        wish.errors = &errors;
        app.files().server().answer(std::move(wish), std::move(respond));
    });
}

}  // namespace parley::app
