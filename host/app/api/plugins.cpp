// Plugins: what serves, and replacing it.

#include <atomic>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "app/api/operations.hpp"
#include "core/crypto.hpp"
#include "db/store/repositories.hpp"
#include "services/plugin_json.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;
using net::Response;
using plugins::Runtime;

// Where a plugin finds what operators configured: a value of its own storage.
const std::string configuration_key = "config";

void list(Application& app, Call call) {
    json::array items;
    for (const auto& info : app.runtime().list()) items.push_back(json::parse(services::to_json(info)));
    call.respond(page(std::move(items)));
}

// The plugin that the path names; otherwise the request is answered.
std::optional<plugins::PluginInfo> named(Application& app, Call& call) {
    auto info = app.runtime().info(call.path("plugin"));
    if (!info) call.respond(not_found("there is no plugin of that id: see `parley plugin list`"));
    return info;
}

void show(Application& app, Call call) {
    if (const auto info = named(app, call)) call.respond(Response::json(200, services::to_json(*info)));
}

void metrics(Application& app, Call call) {
    if (const auto info = named(app, call))
        call.respond(answer(json::object{{"calls", info->calls},
                                         {"failures", info->failures},
                                         {"overdue", info->overdue},
                                         {"busy_ms", info->busy_ms},
                                         {"generation", info->generation},
                                         {"draining", info->draining},
                                         {"pinned", info->pinned}}));
}

void log_lines(Application& app, Call call) {
    const auto info = named(app, call);
    if (!info) return;
    json::array items;
    for (const auto& line : app.services().recent_log().of(info->id)) {
        json::object one{{"time", to_iso8601(line.time)}, {"level", to_string(line.level)}, {"text", line.text}};
        if (!line.trace.empty()) one["trace"] = line.trace;
        items.push_back(std::move(one));
    }
    call.respond(page(std::move(items)));
}

void control(Application& app, Call call) {
    const auto action = Runtime::action_from(call.path("action"));
    auto shared = std::make_shared<net::Responder>(std::move(call.respond));  // std::function wants to be copied
    app.runtime().request(*action, call.path("plugin"), [shared](Result<std::string> outcome) {
        (*shared)(outcome ? answer(json::object{{"outcome", *outcome}}) : api::problem(outcome.error()));
    });
}

// --- configuration

Response configuration(pqxx::work& tx, const std::string& plugin) {
    const auto stored = db::read_storage(tx, plugin, configuration_key);
    json::object body;
    body["values"] = stored ? json::parse(stored->json) : json::value(json::object());
    return answer(body);
}

void show_configuration(Application& app, Call call) {
    const auto info = named(app, call);
    if (!info) return;
    from_database(app, std::move(call.respond), [id = info->id](pqxx::work& tx) { return configuration(tx, id); });
}

void put_configuration(Application& app, Call call) {
    const auto info = named(app, call);
    if (!info) return;
    from_database(app, std::move(call.respond),
                  [id = info->id, values = json::serialize(call.body.at("values"))](pqxx::work& tx) {
                      db::write_storage(tx, {{id, configuration_key, values, std::nullopt}});
                      return configuration(tx, id);
                  });
}

// --- uploads

bool is_file_name(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
    return plain && name.size() > 3 && name.front() != '.' && name.ends_with(".so");
}

const std::string incoming_name = ".upload.";  // and random digits; the host and its watcher load nothing of that name

// A plugin on its way into the directory. Gone with this unless it was moved.
class IncomingPlugin final : public net::BodySink, public std::enable_shared_from_this<IncomingPlugin> {
public:
    IncomingPlugin(const std::string& directory, WorkerPool& workers)
        : workers_(workers), path_(directory + "/" + incoming_name + crypto::random_hex(6)) {}
    ~IncomingPlugin() override {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override {
        auto told = std::make_shared<UniqueFunction<void(Result<void>)>>(std::move(written));
        const bool taken = workers_.submit([self = shared_from_this(), bytes = std::move(bytes), told] {
            if (!self->out_.is_open()) self->out_.open(self->path_, std::ios::binary);
            self->out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            (*told)(self->out_ ? Result<void>() : unwritable());
        });
        if (!taken) (*told)(make_error(Errc::overloaded, "too many files are being written"));
    }
    // [worker thread] All of it came.
    Result<void> close() {
        out_.close();
        return out_ ? Result<void>() : unwritable();
    }
    const std::string& path() const { return path_; }

private:
    static Error unwritable() { return make_error(Errc::unavailable, "the plugins directory cannot be written"); }

    WorkerPool& workers_;
    const std::string path_;
    std::ofstream out_;
};

struct Upload {
    std::string file;
    std::shared_ptr<IncomingPlugin> incoming;
    net::Responder respond;
    std::vector<std::string> warnings;
    std::string path, older;  // in the plugins directory; `older` holds what was there before, if anything
    std::shared_ptr<std::atomic_flag> under_way;
    std::shared_ptr<void> turn;  // held while it is installed; given back with this, whatever happens
};

void finish(Upload& upload, Response response) {
    upload.turn.reset();
    upload.respond(std::move(response));
}

void drop_older(const Upload& upload) {
    std::error_code ignored;
    if (!upload.older.empty()) std::filesystem::remove(upload.older, ignored);
}

// The directory as it was before: what does not load is not to be found there at the next start.
void put_back(const Upload& upload) {
    std::error_code ignored;
    if (upload.older.empty())
        std::filesystem::remove(upload.path, ignored);
    else
        std::filesystem::rename(upload.older, upload.path, ignored);
}

// [worker thread] In place only when it would load: the older file serves on otherwise. That is kept under another name
// until the new one serves.
Result<void> put_in_place(const config::Config& config, Upload& upload) {
    upload.path = config.plugins_dir + "/" + upload.file;
    const auto& part = upload.incoming->path();
    if (auto closed = upload.incoming->close(); !closed) return closed;
    plugins::RuntimeOptions options;
    options.plugins_dir = config.plugins_dir;
    options.canary_program = "/proc/self/exe";
    const auto report = plugins::check_file(part, options);
    upload.warnings = report.warnings;
    if (!report.problems.empty()) {
        std::string all;
        for (const auto& problem : report.problems) all += (all.empty() ? "" : "; ") + problem;
        return make_error(Errc::unsupported, "this would not load: " + all);
    }
    std::error_code error;
    if (std::filesystem::exists(upload.path, error)) {
        upload.older = part + ".older";
        std::filesystem::copy_file(upload.path, upload.older, error);
    }
    if (!error) std::filesystem::rename(part, upload.path, error);
    if (!error) return {};
    drop_older(upload);
    return make_error(Errc::unavailable, "it cannot be put into the plugins directory: " + error.message());
}

// [runtime thread]
void loaded(const std::shared_ptr<Upload>& upload, const Result<std::string>& outcome) {
    outcome ? drop_older(*upload) : put_back(*upload);
    if (!outcome) return finish(*upload, api::problem(make_error(Errc::unsupported, outcome.error().message)));
    json::array warnings;
    for (const auto& warning : upload->warnings) warnings.push_back(json::string(warning));
    finish(*upload,
           answer(json::object{{"file", upload->file}, {"outcome", *outcome}, {"warnings", std::move(warnings)}}, 201));
}

// One at a time: each puts back what it found when its own does not load.
void install(Application& app, const std::shared_ptr<Upload>& one, net::Responder respond) {
    if (one->under_way->test_and_set())
        return respond(api::problem(make_error(Errc::overloaded, "another plugin is being uploaded: try again")));
    one->turn = {one->under_way.get(), [under_way = one->under_way](void*) { under_way->clear(); }};
    one->respond = std::move(respond);
    const bool taken = app.workers().submit([&app, one] {
        auto placed = put_in_place(app.configuration(), *one);
        one->incoming.reset();
        if (!placed) return finish(*one, api::problem(placed.error()));
        // On the loop, which ends before the runtime does; workers end later.
        app.loop().post([&app, one] {
            app.runtime().request(Runtime::Action::load, one->file,
                                  [one](const Result<std::string>& outcome) { loaded(one, outcome); });
        });
    });
    if (!taken) finish(*one, api::problem(make_error(Errc::overloaded, "too many files are being written")));
}

Result<api::FileTaker> upload(Application& app, const net::Request& request,
                              std::shared_ptr<std::atomic_flag> under_way) {
    auto one = std::make_shared<Upload>();
    one->file = request.query_value("file").value_or("");
    if (!is_file_name(one->file))
        return make_error(Errc::invalid,
                          "file: must be a name of a-z, 0-9, '-' and '_' that ends in .so, without directories");
    one->incoming = std::make_shared<IncomingPlugin>(app.configuration().plugins_dir, app.workers());
    one->under_way = std::move(under_way);
    auto sink = one->incoming;
    return api::FileTaker{std::move(sink), [&app, one](Call call) { install(app, one, std::move(call.respond)); }};
}

// What a host left behind that was killed in the middle of an upload. An hour without a change: nobody is at it any
// more, another host with this directory neither.
void remove_abandoned(const std::string& directory) {
    namespace fs = std::filesystem;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        const auto changed = fs::last_write_time(at->path(), ignored);
        if (!ignored && at->path().filename().string().starts_with(incoming_name) && at->is_regular_file(ignored) &&
            !at->is_symlink(ignored) && changed + std::chrono::hours(1) < fs::file_time_type::clock::now())
            fs::remove(at->path(), ignored);
    }
}

// At the start, and again every hour.
void sweep_uploads(Application& app) {
    (void)app.workers().submit([directory = app.configuration().plugins_dir] { remove_abandoned(directory); });
    app.loop().after(std::chrono::hours(1), [&app] { sweep_uploads(app); });
}

}  // namespace

void add_plugin_operations(api::Gate& gate, Application& app) {
    sweep_uploads(app);
    bind(gate, app, "listPlugins", list);
    gate.on_file("uploadPlugin", [&app, under_way = std::make_shared<std::atomic_flag>()](const net::Request& request) {
        return upload(app, request, under_way);
    });
    bind(gate, app, "getPlugin", show);
    bind(gate, app, "getPluginConfiguration", show_configuration);
    bind(gate, app, "putPluginConfiguration", put_configuration);
    bind(gate, app, "getPluginMetrics", metrics);
    bind(gate, app, "listPluginLog", log_lines);
    bind(gate, app, "controlPlugin", control);
}

}  // namespace parley::app
