// Files of the media store. Disk work happens on worker threads.

#include <boost/json.hpp>
#include <filesystem>

#include "app/api/operations.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Response;

void on_worker(Application& app, net::Responder respond, std::function<Response()> work) {
    auto shared = std::make_shared<net::Responder>(std::move(respond));
    const bool taken = app.workers().submit([shared, work = std::move(work)] {
        Response response;
        try {
            response = work();
        } catch (const std::exception&) {
            response = api::problem(make_error(Errc::unavailable, "the media store cannot be read or written"));
        }
        (*shared)(std::move(response));
    });
    if (!taken) (*shared)(api::problem(make_error(Errc::overloaded, "too many files are being read")));
}

void upload(Application& app, Call call) {
    auto bytes = std::make_shared<std::string>(std::move(call.request.body));
    const std::string declared(call.request.headers.get("Content-Type"));
    on_worker(app, std::move(call.respond), [&app, bytes, declared] {
        const auto writer = app.media().begin();
        if (auto written = writer->write(*bytes); !written) return api::problem(written.error());
        const auto kept = writer->finish(declared.substr(0, declared.find(';')));
        if (!kept) return api::problem(kept.error());
        return answer(
            json::object{
                {"stored", kept->stored}, {"mime", kept->mime}, {"kind", to_string(kept->kind)}, {"size", kept->size}},
            201);
    });
}

// What a browser could run is only offered for download.
void show(Application& app, Call call) {
    on_worker(app, std::move(call.respond), [&app, file = call.path("file")] {
        const auto found = app.media().find(file, "");
        if (!found) return not_found("there is no file of that name any more");
        auto bytes = app.media().read(file);
        if (!bytes) return not_found("there is no file of that name any more");
        Response response;
        response.headers.set("Content-Type", found->mime.empty() ? "application/octet-stream" : found->mime);
        response.headers.set("Content-Disposition", "attachment");
        response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
        response.body = std::move(*bytes);
        return response;
    });
}

void remove(Application& app, Call call) {
    on_worker(app, std::move(call.respond), [&app, file = call.path("file")] {
        const auto found = app.media().find(file, "");
        if (!found) return not_found("there is no file of that name any more");
        std::error_code error;
        std::filesystem::remove(app.media().path(file), error);
        return error ? api::problem(make_error(Errc::unavailable, "it cannot be removed: " + error.message()))
                     : nothing_more();
    });
}

}  // namespace

void add_media_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "uploadMedia", upload);
    bind(gate, app, "getMedia", show);
    bind(gate, app, "deleteMedia", remove);
}

}  // namespace parley::app
