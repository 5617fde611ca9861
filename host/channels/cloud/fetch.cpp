#include "channels/cloud/fetch.hpp"

#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr UnixMillis kUrlLives = 4LL * 60 * 1000;  // five minutes at Meta
constexpr int kLookups = 2;                        // an address may expire on the way

// One file on its way in. Kept alive by the callback that it waits for.
class Fetch : public std::enable_shared_from_this<Fetch> {
public:
    Fetch(std::shared_ptr<CloudCaller> caller, std::string phone_number_id, std::size_t max_bytes,
          std::shared_ptr<net::BodySink> sink, FetchDone done)
        : caller_(std::move(caller)),
          phone_number_id_(std::move(phone_number_id)),
          max_bytes_(max_bytes),
          sink_(std::move(sink)),
          done_(std::move(done)) {}

    void start(const Inbound& message, UnixMillis now) {
        id_ = message.media->source;
        std::string url = read_payload(message);
        const bool is_fresh = now - message.timestamp < kUrlLives;
        if (!url.empty() && is_fresh) return download(std::move(url));
        look_up();
    }

private:
    // The digest is kept; the address is returned, empty if none came.
    std::string read_payload(const Inbound& message) {
        const Result<boost::json::value> document = parse_json(message.payload);
        if (!document) return {};
        JsonProblem ignored;
        const JsonReader payload(*document, ignored);
        JsonReader file = payload[message.type];
        if (!file) file = payload[to_string(message.media->kind)];
        digest_ = file["sha256"].string_or("");
        return file["url"].string_or("");
    }

    void look_up() {
        if (lookups_left_-- == 0)
            return done_(make_error(Errc::not_found, "Meta does not hand over the file: " + why_));
        const auto make = [id = id_, number = phone_number_id_](const Graph& graph,
                                                                const Secret& token) -> Result<net::ClientRequest> {
            return graph.get("/" + net::percent_encode(id), {{"phone_number_id", number}}, token);
        };
        caller_->call(make, [self = shared_from_this()](net::ClientResult answer) { self->looked_up(answer); });
    }

    void looked_up(const net::ClientResult& answer) {
        const Result<boost::json::value> document = read_graph_answer(answer);
        if (!document) {
            Error error = document.error();
            error.message = "the file's address was refused: " + error.message;
            // Codes 100 and 131052 stand for files that are gone.
            if (error.code == Errc::invalid) error.code = Errc::not_found;
            return done_(std::move(error));
        }
        JsonProblem ignored;
        const JsonReader root(*document, ignored);
        const std::string size = root["file_size"].text_or("0");
        if (size.size() > 12 || (text::is_digits(size) && std::stoull(size) > max_bytes_))
            return done_(make_error(Errc::too_large, "the file has " + size + " bytes, at most " +
                                                         std::to_string(max_bytes_) + " are fetched"));
        if (digest_.empty()) digest_ = root["sha256"].string_or("");
        download(root["url"].string_or(""));
    }

    void download(std::string url) {
        const auto make = [url = std::move(url), most = max_bytes_, sink = sink_](const Graph& graph,
                                                                                  const Secret& token) {
            auto request = graph.download(url, most, token);
            if (request) request->sink = sink;
            return request;
        };
        caller_->call_once(
            make, [self = shared_from_this()](net::ClientResult answer) { self->downloaded(std::move(answer)); });
    }

    void downloaded(net::ClientResult answer) {
        if (!answer) return done_(answer.error().error);
        if (answer->status != 200) {
            why_ = "HTTP " + std::to_string(answer->status);
            const bool may_have_expired = answer->status >= 400 && answer->status < 500;
            if (may_have_expired) return look_up();
            return done_(make_error(Errc::unavailable, "the file could not be fetched: " + why_));
        }
        done_(Fetched{hex_of_digest(digest_)});
    }

    std::shared_ptr<CloudCaller> caller_;
    std::string phone_number_id_, id_, digest_, why_;
    std::size_t max_bytes_;
    int lookups_left_ = kLookups;
    std::shared_ptr<net::BodySink> sink_;
    FetchDone done_;
};

}  // namespace

std::string hex_of_digest(std::string_view digest) {
    std::optional<std::string> bytes;
    if (digest.size() == 64) bytes = crypto::hex_decode(digest);
    if (digest.size() == 44) bytes = crypto::base64_decode(digest);
    return bytes && bytes->size() == sizeof(crypto::Digest) ? crypto::hex_encode(*bytes) : std::string();
}

void fetch_cloud_file(std::shared_ptr<CloudCaller> caller, const std::string& phone_number_id, const Inbound& message,
                      std::size_t max_bytes, UnixMillis now, std::shared_ptr<net::BodySink> sink, FetchDone done) {
    if (!message.media || message.media->source.empty())
        return done(make_error(Errc::not_found, "the message has no file"));
    const auto fetch =
        std::make_shared<Fetch>(std::move(caller), phone_number_id, max_bytes, std::move(sink), std::move(done));
    fetch->start(message, now);
}

}  // namespace parley::channels
