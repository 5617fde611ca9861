#include "channels/cloud/graph.hpp"

#include <algorithm>

#include "channels/cloud/errors.hpp"
#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxAnswer = 4u << 20;
constexpr std::size_t kMaxWords = 300;

std::string without_slash(std::string_view url) {
    url = text::trim(url);
    while (url.ends_with('/')) url.remove_suffix(1);
    return std::string(url);
}

// Meta quotes a token that it cannot read ("Malformed access token EAAB..."): words that long are cut.
std::string without_tokens(std::string_view text) {
    constexpr std::size_t kLongestWord = 40, kShown = 4;
    const auto is_word = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
               c == '|';
    };
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_word(text[end])) ++end;
        const std::string_view word = text.substr(at, end - at);
        if (word.size() >= kLongestWord)
            out.append(word.substr(0, kShown)).append("...");
        else
            out.append(word);
        if (end < text.size()) out.push_back(text[end]);
        at = end + 1;
    }
    return std::string(text::truncate_utf8(out, kMaxWords));
}

int as_int(const JsonReader& field) {
    const std::string digits = field.text_or("");
    return digits.size() <= 9 && text::is_digits(digits) ? std::stoi(digits) : 0;
}

GraphError read_error(const JsonReader& error) {
    GraphError found;
    found.present = error.object() != nullptr;
    found.code = as_int(error["code"]);
    found.subcode = as_int(error["error_subcode"]);
    found.words = without_tokens(error["message"].view_or(error["title"].view_or("")));
    found.details = without_tokens(error["error_data"]["details"].view_or(error["details"].view_or("")));
    found.trace = text::truncate_utf8(error["fbtrace_id"].view_or(""), kMaxWords);
    found.is_transient = error["is_transient"].bool_or(false);
    return found;
}

}  // namespace

Graph::Graph(const CloudConfig& config)
    : base_url_(without_slash(config.base_url)),
      version_(text::trim(config.version)),
      media_hosts_(config.media_hosts),
      timeout_ms_(config.timeout_ms),
      transfer_timeout_ms_(config.transfer_timeout_ms) {
    if (config.appsecret_proof) proof_key_ = config.app_secret;
}

net::ClientRequest Graph::request(std::string method, std::string_view path, net::FormFields query,
                                  const Secret& token) const {
    net::ClientRequest request;
    request.method = std::move(method);
    request.reach = net::Reach::any;  // the operator's setting
    request.timeout_ms = timeout_ms_;
    request.max_response = kMaxAnswer;
    request.headers.set("Accept", "application/json");
    if (!token.empty()) {
        request.headers.set("Authorization", "Bearer " + token.reveal());
        if (!proof_key_.empty())
            query.emplace_back("appsecret_proof", crypto::HmacSha256(proof_key_).mac_hex(token.reveal()));
    }
    request.url = base_url_ + "/" + version_ + std::string(path);
    if (!query.empty()) request.url.append("?").append(net::form_encode(query));
    return request;
}

net::ClientRequest Graph::get(std::string_view path, const net::FormFields& query, const Secret& token) const {
    return request("GET", path, query, token);
}

net::ClientRequest Graph::remove(std::string_view path, const net::FormFields& query, const Secret& token) const {
    return request("DELETE", path, query, token);
}

net::ClientRequest Graph::post_json(std::string_view path, std::string json, const Secret& token) const {
    net::ClientRequest post = request("POST", path, {}, token);
    post.headers.set("Content-Type", "application/json");
    post.body = std::move(json);
    return post;
}

net::ClientRequest Graph::post_form(std::string_view path, net::MultipartForm form, const Secret& token) const {
    net::ClientRequest post = request("POST", path, {}, token);
    form.move_into(post);
    post.timeout_ms = transfer_timeout_ms_;
    return post;
}

Result<net::ClientRequest> Graph::download(std::string_view url, std::size_t max_bytes, const Secret& token) const {
    const Result<net::Url> to = net::parse_url(url);
    if (!to) return make_error(Errc::invalid, "the address of the file cannot be used: " + to.error().message);
    const Result<net::Url> base = net::parse_url(base_url_);
    const bool is_base = base && base->host == to->host && base->port == to->port && base->tls == to->tls;
    const bool is_known = to->tls && to->port == 443 &&
                          std::find(media_hosts_.begin(), media_hosts_.end(), to->host) != media_hosts_.end();
    net::ClientRequest get;
    get.url = std::string(url);
    get.headers.set("Accept", "*/*");
    if (!token.empty() && (is_base || is_known)) get.headers.set("Authorization", "Bearer " + token.reveal());
    get.reach = is_base ? net::Reach::any : net::Reach::public_only;
    get.timeout_ms = transfer_timeout_ms_;
    get.max_response = max_bytes;
    get.redirects = 3;
    return get;
}

GraphError read_graph_error(std::string_view body) {
    const Result<boost::json::value> document = parse_json(body);
    if (!document) return {};
    JsonProblem ignored;
    return read_error(JsonReader(*document, ignored)["error"]);
}

GraphError read_graph_error(const boost::json::value& error) {
    JsonProblem ignored;
    return read_error(JsonReader(error, ignored));
}

std::string to_words(const GraphError& error) {
    std::string words = "(" + std::to_string(error.code);
    if (error.subcode != 0) words.append("/").append(std::to_string(error.subcode));
    words.append(")");
    // Meta puts the code into its message as well: "(#130429) Rate limit hit".
    std::string_view said = error.words;
    const std::string own = "(#" + std::to_string(error.code) + ")";
    if (said.starts_with(own)) said = text::trim(said.substr(own.size()));
    if (!said.empty()) words.append(" ").append(said);
    if (!error.details.empty() && error.details != said) words.append(": ").append(error.details);
    return words;
}

Result<boost::json::value> read_graph_answer(const net::ClientResult& answer) {
    if (!answer) return make_error(answer.error().error.code, "no answer from Meta: " + answer.error().error.message);
    const int status = answer->status;
    if (status >= 200 && status < 300) {
        JsonLimits limits;
        limits.max_bytes = kMaxAnswer;
        Result<boost::json::value> document = parse_json(answer->body, limits);
        if (!document)
            return make_error(Errc::unavailable, "Meta's answer cannot be read: " + document.error().message);
        return document;
    }
    const GraphError error = read_graph_error(answer->body);
    std::string words = "HTTP " + std::to_string(status);
    if (error.present) words.append(" ").append(to_words(error));
    if (is_token_error(status, error.code)) {
        const std::string_view problem = token_problem(error.subcode);
        if (!problem.empty()) words.append(": ").append(problem);
        return make_error(Errc::unauthorized, words);
    }
    const CloudErrorRow* row = error.present ? find_cloud_error(error.code) : nullptr;
    if (row && row->first != 0) words.append(": ").append(row->advice);
    const bool passing =
        status >= 500 || status == 429 || error.is_transient ||
        (row && (row->kind == SendError::Class::transient || row->kind == SendError::Class::throttled));
    if (passing) return make_error(Errc::unavailable, words);
    return make_error(status == 404 ? Errc::not_found : Errc::invalid, words);
}

bool is_token_refused(const net::ClientResult& answer) {
    if (!answer || (answer->status >= 200 && answer->status < 300)) return false;
    return is_token_error(answer->status, read_graph_error(answer->body).code);
}

}  // namespace parley::channels
