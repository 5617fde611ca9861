#include "channels/gateway/gateway_channel.hpp"

#include "channels/gateway/classify.hpp"
#include "channels/gateway/decode.hpp"
#include "channels/gateway/encode.hpp"
#include "channels/gateway/probe.hpp"
#include "core/ids.hpp"

namespace parley::channels {

struct GatewayChannel::Line {
    GatewayConfig config;
    GatewayEncoder encoder;
    Exchange exchange;

    void fetch_file(std::string_view path, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
                    FetchDone done) const {
        Result<net::ClientRequest> request = encoder.file(path, max_bytes);
        if (!request) return done(request.error());
        request->sink = std::move(sink);
        exchange(std::move(*request), [done = std::move(done)](const net::ClientResult& answer) mutable {
            const Result<void> whole = check_file_answer(answer);
            done(whole ? Result<Fetched>(Fetched{}) : Result<Fetched>(whole.error()));
        });
    }
};

namespace {

// Paths are relative to the gateway. URLs are WhatsApp's own, where the file lies encrypted: only the gateway has the
// key.
bool is_path(std::string_view source) {
    return !source.empty() && source.find("://") == std::string_view::npos && !source.starts_with("//");
}

}  // namespace

GatewayChannel::GatewayChannel(AccountId account, const GatewayConfig& config, net::Client& client)
    : GatewayChannel(account, config,
                     [&client](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
                         client.send(std::move(request), std::move(done));
                     }) {}

GatewayChannel::GatewayChannel(AccountId account, const GatewayConfig& config, Exchange exchange)
    : account_(account),
      signature_(config),
      line_(std::make_shared<const Line>(Line{config, GatewayEncoder(config), std::move(exchange)})) {}

GatewayChannel::~GatewayChannel() = default;

Capabilities GatewayChannel::capabilities() const {
    return {.media = true,
            .link = true,
            .reaction = true,
            .typing = true,
            .groups = true,
            .location = true,
            .contacts = true,
            .poll = true,
            .corrections = true,
            .presence = true};
}

Result<void> GatewayChannel::verify(const net::Request& request) const {
    return signature_.verify(request);
}

Result<Decoded> GatewayChannel::decode(const net::Request& request) const {
    return decode_gateway(request.body, account_, unix_now(), line_->config.device_id);
}

net::Response GatewayChannel::accepted() const {
    return net::Response::json(200, R"({"statusCode": 200, "message": "Message sent successfully."})");
}

void GatewayChannel::send(const Outbound& message, UniqueFunction<void(SendResult)> done) {
    Result<net::ClientRequest> request = line_->encoder.send(message);
    if (!request) return done(SendError{SendError::Class::permanent, request.error().message, 0});
    line_->exchange(std::move(*request), [line = line_, done = std::move(done)](net::ClientResult answer) mutable {
        // A session that was lost may come back by itself; one that was logged out needs its QR code, as the reason
        // says.
        if (is_session_lost(answer)) line->exchange(line->encoder.reconnect(), [](net::ClientResult) {});
        done(classify_gateway_answer(answer, unix_now()));
    });
}

void GatewayChannel::typing(const std::string& chat, const std::string&, bool on) {
    line_->exchange(line_->encoder.typing(chat, on), [](net::ClientResult) {});
}

void GatewayChannel::presence(bool available) {
    line_->exchange(line_->encoder.presence(available), [](net::ClientResult) {});
}

void GatewayChannel::mark_read(const std::string& chat, const std::string& provider_id) {
    if (provider_id.empty() || provider_id.starts_with("sha256:")) return;  // it never had an id there
    line_->exchange(line_->encoder.mark_read(chat, provider_id), [](net::ClientResult) {});
}

void GatewayChannel::probe(UniqueFunction<void(std::vector<ProbeLine>)> done) {
    line_->exchange(line_->encoder.status(), [line = line_, done = std::move(done)](net::ClientResult answer) mutable {
        done(read_gateway_status(line->config, answer));
    });
}

void GatewayChannel::fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
                           FetchDone done) {
    if (!message.media) return done(make_error(Errc::not_found, "the message has no file"));
    const std::string& source = message.media->source;
    if (is_path(source)) return line_->fetch_file(source, max_bytes, std::move(sink), std::move(done));

    const std::string& id = message.provider_id;
    if (id.empty() || id.starts_with("sha256:")) {
        return done(make_error(Errc::not_found, "the file cannot be asked for: the gateway gave its message no id"));
    }
    const std::shared_ptr<const Line> line = line_;
    line->exchange(line->encoder.download(id, message.chat),
                   [line, max_bytes, sink = std::move(sink), done = std::move(done)](net::ClientResult answer) mutable {
                       const Result<std::string> path = read_download_answer(answer);
                       if (!path) return done(path.error());
                       line->fetch_file(*path, max_bytes, std::move(sink), std::move(done));
                   });
}

}  // namespace parley::channels
