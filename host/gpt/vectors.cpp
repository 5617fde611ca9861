// Texts as vectors, and verdicts about texts and pictures.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "gpt/api_call.hpp"
#include "gpt/provider.hpp"
#include "gpt/tokens.hpp"

namespace parley::gpt {
namespace {

namespace json = boost::json;

constexpr std::size_t most_texts = 2'048;
constexpr std::size_t most_embedding_bytes = 64u << 20;  // 2,048 vectors of 3,072 numbers as text

Outcome<Embeddings> read_embeddings(const net::ClientResponse& response, const EmbedRequest& given) {
    JsonLimits limits;
    limits.max_bytes = most_embedding_bytes;
    limits.max_values = 16'000'000;
    const auto body = parse_json(response.body, limits);
    if (!body) return ModelError{Fault::away, "the embedding model's answer is not JSON", {}};
    JsonProblem problem;
    const JsonReader root(*body, problem);
    const auto data = root["data"];
    Embeddings result;
    result.vectors.resize(given.input.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto place = data[i]["index"].int_or(static_cast<std::int64_t>(i));
        const auto* numbers = data[i]["embedding"].array();
        if (!numbers || place < 0 || static_cast<std::size_t>(place) >= result.vectors.size()) continue;
        auto& vector = result.vectors[static_cast<std::size_t>(place)];
        vector.reserve(numbers->size());
        for (const auto& number : *numbers)
            vector.push_back(number.is_number() ? static_cast<float>(number.to_number<double>()) : 0.0f);
    }
    for (const auto& vector : result.vectors)
        if (vector.empty()) return ModelError{Fault::away, "the embedding model left out a text", {}};
    result.usage.input_tokens = root["usage"]["prompt_tokens"].int_or(0);
    if (result.usage.input_tokens == 0) {
        for (const auto& text : given.input) result.usage.input_tokens += estimate_tokens(text);
        result.usage.estimated = true;
    }
    return result;
}

Outcome<Verdict> read_verdict(const net::ClientResponse& response) {
    const auto body = parse_json(response.body);
    if (!body) return ModelError{Fault::away, "the moderation's answer is not JSON", {}};
    JsonProblem problem;
    const auto results = JsonReader(*body, problem)["results"];
    if (results.size() == 0) return ModelError{Fault::away, "the moderation answered without a verdict", {}};
    Verdict verdict;
    for (std::size_t i = 0; i < results.size(); ++i) {
        verdict.flagged = verdict.flagged || results[i]["flagged"].bool_or(false);
        const auto* categories = results[i]["categories"].object();
        if (!categories) continue;
        for (const auto& [name, holds] : *categories)
            if (holds.is_bool() && holds.get_bool()) verdict.categories.emplace_back(name);
    }
    return verdict;
}

json::value moderation_input(const ModerateRequest& request) {
    if (request.images.empty()) return json::value(request.text);
    json::array parts;
    if (!request.text.empty()) parts.push_back({{"type", "text"}, {"text", request.text}});
    for (const auto& image : request.images) {
        const auto url = "data:" + image.mime + ";base64," + crypto::base64_encode(image.bytes);
        parts.push_back({{"type", "image_url"}, {"image_url", {{"url", url}}}});
    }
    return parts;
}

}  // namespace

void Provider::embed(EmbedRequest request, Done<Embeddings> done) {
    bool empty = request.input.empty();
    for (const auto& text : request.input) empty = empty || text.empty();
    if (empty || request.input.size() > most_texts) {
        ModelError why{empty ? Fault::invalid : Fault::too_long,
                       empty ? "there is an empty text" : "more than 2,048 texts at once",
                       {}};
        core_->executor.post([why = std::move(why), done = std::move(done)]() mutable { done(std::move(why)); });
        return;
    }
    ApiCall::Plan plan;
    plan.what = "embeddings";
    plan.model = request.model;
    plan.configured = &Options::embedding_model;
    plan.otherwise = [](const Found& found) {
        return found.endpoint.openai ? std::string(Defaults::embedding_model)
                                     : found.model_named({"embed", "bge", "minilm", "e5-"}, Defaults::embedding_model);
    };
    const auto given = std::make_shared<const EmbedRequest>(std::move(request));
    plan.make = [given](const Options& options, const Endpoint& endpoint, const std::string& model,
                        SteadyTime deadline) {
        json::array input;
        for (const auto& text : given->input) input.emplace_back(text);
        const json::object body{{"model", model}, {"input", std::move(input)}};
        auto call =
            api_request(options, endpoint.base + "/embeddings", json::serialize(body), "application/json", deadline);
        call.max_response = most_embedding_bytes;
        return call;
    };
    const auto read = [given](const net::ClientResponse& response) { return read_embeddings(response, *given); };
    ask<Embeddings>(core_, std::move(plan), given->deadline, read, std::move(done));
}

void Provider::moderate(ModerateRequest request, Done<Verdict> done) {
    if (request.text.empty() && request.images.empty()) {
        core_->executor.post([done = std::move(done)]() mutable { done(Verdict{}); });
        return;
    }
    ApiCall::Plan plan;
    plan.what = "moderation";
    plan.charged = false;
    plan.model = request.model;
    plan.configured = &Options::moderation_model;
    plan.otherwise = [](const Found&) { return std::string(Defaults::moderation_model); };
    const auto given = std::make_shared<const ModerateRequest>(std::move(request));
    plan.make = [given](const Options& options, const Endpoint& endpoint, const std::string& model,
                        SteadyTime deadline) {
        const json::object body{{"model", model}, {"input", moderation_input(*given)}};
        return api_request(options, endpoint.base + "/moderations", json::serialize(body), "application/json",
                           deadline);
    };
    ask<Verdict>(core_, std::move(plan), given->deadline, read_verdict, std::move(done));
}

}  // namespace parley::gpt
