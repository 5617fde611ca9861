#include "channels/twilio/classify.hpp"
#include "channels/twilio/lookups.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr int kMaxSteps = 4;  // the file itself and three redirects

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

struct Download : std::enable_shared_from_this<Download> {
    std::shared_ptr<const TwilioLine> line;
    std::size_t max_bytes = 0;
    std::shared_ptr<net::BodySink> sink;
    FetchDone done;
    int steps = 0;

    void ask(net::ClientRequest request) {
        const bool tls = request.url.starts_with("https://");
        request.sink = sink;
        line->exchange(std::move(request),
                       [self = shared_from_this(), tls](net::ClientResult answer) { self->read(answer, tls); });
    }

    void read(net::ClientResult& answer, bool tls) {
        if (!answer) return done(twilio_error(answer));
        if (answer->status == 200) return done(Fetched{});
        if (!is_redirect(answer->status)) return done(twilio_error(answer));
        const std::string_view to = answer->headers.get("Location");
        const Result<net::Url> url = net::parse_url(to);
        if (!url) return done(make_error(Errc::denied, "Twilio redirects to something that is no URL"));
        if (tls && !url->tls)
            return done(make_error(Errc::denied, "Twilio redirects a file to an address without TLS"));
        if (++steps == kMaxSteps) return done(make_error(Errc::unavailable, "Twilio redirects the file in circles"));
        // Made anew: no credentials, and wherever it leads, it is no address of our own network.
        net::ClientRequest next;
        next.url = std::string(to);
        next.headers.set("Accept", "*/*");
        next.reach = net::Reach::public_only;
        next.timeout_ms = line->encoder.config().timeout_ms;
        next.max_response = max_bytes;
        ask(std::move(next));
    }
};

}  // namespace

void fetch_twilio_file(std::shared_ptr<const TwilioLine> line, std::string_view url, std::size_t max_bytes,
                       std::shared_ptr<net::BodySink> sink, FetchDone done) {
    Result<net::ClientRequest> request = line->encoder.file(url, max_bytes);
    if (!request) return done(request.error());
    const auto download = std::make_shared<Download>();
    download->line = std::move(line);
    download->max_bytes = max_bytes;
    download->sink = std::move(sink);
    download->done = std::move(done);
    download->ask(std::move(*request));
}

}  // namespace parley::channels
