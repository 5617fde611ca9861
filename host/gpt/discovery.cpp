#include "gpt/discovery.hpp"

#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "gpt/core.hpp"
#include "gpt/errors.hpp"

namespace parley::gpt {
namespace {

using namespace std::chrono_literals;

constexpr auto lifetime = 300s, lifetime_of_failure = 15s;
constexpr int patience_ms = 5'000;
constexpr std::size_t most_entries = 64, most_models = 2'000;

bool has_word(const std::string& id, std::initializer_list<std::string_view> words) {
    const auto lower = text::to_lower_ascii(id);
    for (const auto word : words)
        if (lower.find(word) != std::string::npos) return true;
    return false;
}

}  // namespace

std::vector<ModelInfo> read_model_list(std::string_view body) {
    std::vector<ModelInfo> models;
    JsonLimits limits;
    limits.max_bytes = 4 << 20;
    const auto parsed = parse_json(body, limits);
    if (!parsed) return models;
    JsonProblem problem;
    const JsonReader root(*parsed, problem);
    const auto list = root.array() ? root : root["data"].array() ? root["data"] : root["models"];
    for (std::size_t i = 0; i < list.size() && models.size() < most_models; ++i) {
        const auto entry = list[i];
        ModelInfo model;
        model.id = entry["id"].string_or(entry["name"].view_or(""));
        if (model.id.empty()) continue;
        for (const char* name : {"max_model_len", "context_length", "max_context_length", "context_window"})
            if (model.context == 0) model.context = static_cast<int>(entry[name].int_or(0));
        for (const char* name : {"n_ctx", "n_ctx_train"})
            if (model.context == 0) model.context = static_cast<int>(entry["meta"][name].int_or(0));
        models.push_back(std::move(model));
    }
    return models;
}

std::string Found::model_named(std::initializer_list<std::string_view> words, std::string otherwise) const {
    for (const auto& model : models)
        if (has_word(model.id, words)) return model.id;
    return otherwise;
}

std::string Found::chat_model() const {
    if (endpoint.openai) return Defaults::model;
    for (const auto& model : models) {
        const bool other = has_word(model.id, {"embed", "whisper", "tts", "rerank", "stable", "flux", "dall",
                                               "moderation", "transcri", "bge-", "kokoro"});
        if (!other) return model.id;
    }
    return "default";  // servers with one model do not look at it
}

int Found::context_of(const std::string& model) const {
    for (const auto& known : models)
        if (known.id == model) return known.context;
    return 0;
}

net::ClientRequest Discovery::list_request(const std::string& url, const Options& options) {
    net::ClientRequest request;
    request.url = url;
    request.reach = net::Reach::any;
    request.timeout_ms = patience_ms;
    request.max_response = 4 << 20;
    request.headers.set("Accept", "application/json");
    if (!options.key.empty()) request.headers.set("Authorization", "Bearer " + options.key.reveal());
    return request;
}

Result<void> Discovery::find(const Options& options, bool needed, Ready ready) {
    const auto endpoint = parse_endpoint(options.base_url);
    if (!endpoint) return endpoint.error();
    if (endpoint->openai) {
        Found found;
        found.endpoint = *endpoint;
        ready(found);
        return {};
    }
    const auto key = options.base_url + '\n' + crypto::sha256_hex(options.key.reveal());
    if (entries_.size() > most_entries && entries_.count(key) == 0)
        std::erase_if(entries_, [](const auto& entry) { return !entry.second.looking; });
    auto& entry = entries_[key];
    if (entry.found.endpoint.base.empty()) entry.found.endpoint = *endpoint;
    const bool fresh = entry.until > std::chrono::steady_clock::now();
    const bool may_wait = needed && !fresh && entry.found.models.empty();
    if (!may_wait) ready(entry.found);
    if (may_wait) entry.waiting.push_back(std::move(ready));
    if (!fresh && !entry.looking) {
        entry.looking = true;
        look(key, options, false);
    }
    return {};
}

void Discovery::look(const std::string& key, const Options& options, bool second) {
    const auto& endpoint = entries_[key].found.endpoint;
    auto request = list_request((second ? endpoint.origin : endpoint.base) + "/models", options);
    client_.send(std::move(request),
                 [this, alive = std::weak_ptr(alive_), key, options, second](net::ClientResult result) {
                     if (!alive.expired()) looked(key, options, second, std::move(result));
                 });
}

void Discovery::looked(const std::string& key, const Options& options, bool second, net::ClientResult result) {
    auto& entry = entries_[key];
    auto& found = entry.found;
    const bool elsewhere = result && (result->status == 404 || result->status == 405);
    if (elsewhere && !second && !found.endpoint.path_known) return look(key, options, true);
    const bool reached = result && result->status == 200;
    std::string problem;
    if (reached) {
        found.models = read_model_list(result->body);
        if (second) found.endpoint.base = found.endpoint.origin;
        found.endpoint.path_known = true;
    } else if (result) {
        const auto error = read_error(result->status, result->body);
        problem = without_key("HTTP " + std::to_string(result->status) + ": " + error.message, options.key);
    } else {
        problem = result.error().error.message;
    }
    log_.log(reached ? LogLevel::debug : LogLevel::warn, "gpt.models",
             {{"base", found.endpoint.base}, {"models", found.models.size()}, {"problem", problem}});
    entry.until = std::chrono::steady_clock::now() + (reached ? lifetime : lifetime_of_failure);
    entry.looking = false;
    // Who is told may ask again.
    auto waiting = std::exchange(entry.waiting, {});
    const Found told = found;
    for (auto& ready : waiting) ready(told);
}

}  // namespace parley::gpt
