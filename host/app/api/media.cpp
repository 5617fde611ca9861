// Files of the media store. Disk work happens on worker threads.

#include <boost/json.hpp>
#include <filesystem>

#include "app/api/operations.hpp"
#include "core/text.hpp"
#include "pipeline/file_sink.hpp"

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

constexpr std::uint64_t mib = 1u << 20;

Result<api::FileTaker> upload(Application& app, const net::Request& request) {
    const std::string_view header = request.headers.get("Content-Type");
    std::string declared(text::trim(header.substr(0, header.find(';'))));
    if (declared.empty()) declared = "application/octet-stream";
    auto sink = std::make_shared<pipeline::FileSink>(app.media(), app.workers(), declared,
                                                     app.configuration().media.max_mb * mib);
    auto keep = [sink, declared](Call call) {
        auto respond = std::make_shared<net::Responder>(std::move(call.respond));
        sink->finish(declared, "", [respond](const Result<Media>& kept) {
            if (!kept) return (*respond)(api::problem(kept.error()));
            (*respond)(answer(json::object{{"stored", kept->stored},
                                           {"mime", kept->mime},
                                           {"kind", to_string(kept->kind)},
                                           {"size", kept->size}},
                              201));
        });
    };
    return api::FileTaker{sink, std::move(keep)};
}

void show(Application& app, Call call) {
    static const net::ErrorShape errors = [](int status, std::string_view code, std::string_view detail) {
        return api::problem(status, code, detail);
    };
    FileServer::Wish wish;
    wish.reference = call.path("file");
    wish.range = call.request.headers.get("Range");
    wish.errors = &errors;
    app.files().server().answer(std::move(wish), std::move(call.respond));
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
    gate.on_file("uploadMedia", [&app](const net::Request& request) { return upload(app, request); });
    bind(gate, app, "getMedia", show);
    bind(gate, app, "deleteMedia", remove);
}

}  // namespace parley::app
