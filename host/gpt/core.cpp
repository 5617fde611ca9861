#include "gpt/core.hpp"

namespace parley::gpt {

namespace {

constexpr std::size_t most_scales = 1'000;

}  // namespace

TokenScale& Core::scale_of(const Endpoint& endpoint, const std::string& model) {
    if (scales.size() >= most_scales) scales.clear();
    return scales[{endpoint.base, model}];
}

net::ClientRequest api_request(const Options& options, std::string url, std::string body, std::string_view content_type,
                               SteadyTime deadline) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = std::move(url);
    request.body = std::move(body);
    request.reach = net::Reach::any;
    request.timeout_ms = static_cast<int>(std::max<std::int64_t>(left_until(deadline).count(), 1));
    request.headers.set("Content-Type", std::string(content_type));
    if (!options.key.empty()) request.headers.set("Authorization", "Bearer " + options.key.reveal());
    return request;
}

std::string without_key(std::string words, const Secret& key) {
    if (key.empty()) return words;
    for (auto at = words.find(key.reveal()); at != std::string::npos; at = words.find(key.reveal(), at + 1))
        words.replace(at, key.reveal().size(), key.masked());
    return words;
}

}  // namespace parley::gpt
