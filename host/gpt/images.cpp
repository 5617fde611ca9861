// Text to picture.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "gpt/api_call.hpp"
#include "gpt/provider.hpp"

namespace parley::gpt {
namespace {

constexpr std::size_t largest_picture = 32u << 20;  // bytes
constexpr std::size_t longest_prompt = 32'000;      // characters; older models take less and say so

struct Drawn {
    std::string bytes;
    std::string url;  // where it is instead
};

std::string picture_type(std::string_view bytes) {
    if (bytes.starts_with("\x89PNG")) return "image/png";
    if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
    if (bytes.starts_with("RIFF") && bytes.substr(0, 16).find("WEBP") != std::string_view::npos) return "image/webp";
    return {};
}

Outcome<Image> to_image(std::string bytes) {
    Image image;
    image.mime = picture_type(bytes);
    if (image.mime.empty())
        return ModelError{Fault::away, "the image model answered with something that is no picture", {}};
    image.bytes = std::move(bytes);
    return image;
}

Outcome<Drawn> read_drawn(const net::ClientResponse& response) {
    JsonLimits limits;
    limits.max_bytes = 2 * largest_picture;
    const auto body = parse_json(response.body, limits);
    if (!body) return ModelError{Fault::away, "the image model's answer is not JSON", {}};
    JsonProblem problem;
    const auto first = JsonReader(*body, problem)["data"][std::size_t(0)];
    Drawn drawn;
    drawn.url = first["url"].string_or("");
    auto encoded = first["b64_json"].view_or("");
    if (encoded.empty() && drawn.url.empty())
        return ModelError{Fault::away, "the image model answered without a picture", {}};
    if (encoded.empty()) return drawn;
    if (encoded.starts_with("data:")) encoded.remove_prefix(std::min(encoded.find(',') + 1, encoded.size()));
    auto bytes = crypto::base64_decode(encoded);
    if (!bytes) return ModelError{Fault::away, "the image model's picture is damaged", {}};
    drawn.bytes = std::move(*bytes);
    return drawn;
}

// DALL-E and servers of one's own answer with an address unless asked otherwise; the GPT image models refuse the
// question.
bool knows_response_format(const std::string& model) {
    return !text::to_lower_ascii(model).starts_with("gpt-image") && !text::to_lower_ascii(model).starts_with("chatgpt");
}

void fetch(const std::shared_ptr<Core>& core, const std::string& url, SteadyTime deadline, Done<Image> done) {
    const auto endpoint = parse_endpoint(core->options().base_url);
    net::ClientRequest request;
    request.url = url;
    // The provider's own server may be a private one; what it points to elsewhere may not.
    if (endpoint && same_origin(*endpoint, url)) request.reach = net::Reach::any;
    request.redirects = 2;
    request.max_response = largest_picture;
    request.timeout_ms = static_cast<int>(std::max<std::int64_t>(left_until(core->limit(deadline)).count(), 1));
    core->client.send(std::move(request), [done = std::move(done)](net::ClientResult result) mutable {
        if (!result)
            return done(
                ModelError{Fault::away, "the picture could not be fetched: " + result.error().error.message, {}});
        if (result->status != 200)
            return done(ModelError{
                Fault::away, "the picture could not be fetched: HTTP " + std::to_string(result->status), {}});
        done(to_image(std::move(result->body)));
    });
}

}  // namespace

void Provider::draw(DrawRequest request, Done<Image> done) {
    if (request.prompt.empty() || request.prompt.size() > 4 * longest_prompt) {
        ModelError why{request.prompt.empty() ? Fault::invalid : Fault::too_long,
                       request.prompt.empty() ? "there is nothing to draw" : "the description is too long",
                       {}};
        core_->executor.post([why = std::move(why), done = std::move(done)]() mutable { done(std::move(why)); });
        return;
    }
    ApiCall::Plan plan;
    plan.what = "pictures";
    plan.model = request.model;
    plan.configured = &Options::image_model;
    plan.otherwise = [](const Found& found) {
        return found.endpoint.openai
                   ? std::string(Defaults::image_model)
                   : found.model_named({"image", "diffusion", "flux", "dall-e", "sdxl"}, "stablediffusion");
    };
    const auto plain = std::make_shared<bool>(false);  // without response_format
    const auto given = std::make_shared<const DrawRequest>(std::move(request));
    plan.make = [given, plain](const Options& options, const Endpoint& endpoint, const std::string& model,
                               SteadyTime deadline) {
        boost::json::object body{{"model", model}, {"prompt", given->prompt}};
        if (!given->size.empty()) body["size"] = given->size;
        if (!*plain && knows_response_format(model)) body["response_format"] = "b64_json";
        auto call = api_request(options, endpoint.base + "/images/generations", boost::json::serialize(body),
                                "application/json", deadline);
        call.max_response = 2 * largest_picture;
        return call;
    };
    plan.adapt = [plain](const ProviderError& error) {
        if (*plain || error.words().find("response_format") == std::string::npos) return false;
        *plain = true;
        return true;
    };
    Done<Drawn> drawn = [core = core_, deadline = given->deadline,
                         done = std::move(done)](Outcome<Drawn> answer) mutable {
        if (!answer) return done(answer.error());
        // It is drawn, whatever becomes of it.
        Done<Image> have = [done = std::move(done)](Outcome<Image> image) mutable {
            image ? done(std::move(image)) : done(in_doubt(image.error()));
        };
        if (answer->bytes.empty()) return fetch(core, answer->url, deadline, std::move(have));
        have(to_image(std::move(answer->bytes)));
    };
    ask<Drawn>(core_, std::move(plan), given->deadline, read_drawn, std::move(drawn));
}

}  // namespace parley::gpt
