#include "channels/cloud/cloud_channel.hpp"

#include "channels/cloud/classify.hpp"
#include "channels/cloud/encode.hpp"
#include "channels/cloud/fetch.hpp"
#include "channels/cloud/probe.hpp"
#include "core/ids.hpp"

namespace parley::channels {

namespace {

using SendDone = UniqueFunction<void(SendResult)>;

// The codes with which Meta says that it does not know a file's id.
bool may_mean_lost_file(int code) {
    return code == 100 || code == 131008 || code == 131009 || code == 131053;
}

}  // namespace

struct CloudChannel::Line : std::enable_shared_from_this<CloudChannel::Line> {
    CloudConfig config;
    std::shared_ptr<CloudCaller> caller;
    std::shared_ptr<CloudUploads> uploads;

    Line(const CloudConfig& settings, Exchange exchange, std::shared_ptr<TokenSource> tokens,
         std::shared_ptr<UploadCache> cache)
        : config(settings),
          caller(std::make_shared<CloudCaller>(settings, std::move(exchange), std::move(tokens))),
          uploads(std::make_shared<CloudUploads>(settings, caller, std::move(cache))) {}

    void post(std::string json, CloudCaller::Done done) const {
        const auto make = [path = "/" + config.phone_number_id + "/messages", json = std::move(json)](
                              const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
            return graph.post_json(path, json, token);
        };
        caller->call(make, std::move(done));
    }

    void send(const Outbound& message, std::string_view media_id, SendDone done) const {
        const Result<std::string> json = encode_cloud_message(message, media_id);
        if (!json) return done(SendError{SendError::Class::permanent, json.error().message});
        post(*json, [attempts = message.attempts, done = std::move(done)](net::ClientResult answer) mutable {
            done(classify_cloud_answer(answer, attempts, unix_now()));
        });
    }

    // A file from the cache that Meta has lost meanwhile is uploaded again, once.
    void send_file(const Outbound& message, bool is_second, SendDone done) {
        uploads->upload(message, [self = shared_from_this(), message, is_second,
                                  done = std::move(done)](CloudUploads::UploadResult upload) mutable {
            if (!upload) return done(upload.error());
            const bool try_again = upload->from_cache && !is_second;
            self->send(message, upload->media_id,
                       [self, message, try_again, done = std::move(done)](SendResult result) mutable {
                           if (result || !try_again || !may_mean_lost_file(result.error().code))
                               return done(std::move(result));
                           self->uploads->forget(message);
                           self->send_file(message, true, std::move(done));
                       });
        });
    }
};

CloudChannel::CloudChannel(AccountId account, const CloudConfig& config, Exchange exchange,
                           std::shared_ptr<TokenSource> tokens, std::shared_ptr<UploadCache> uploads,
                           CloudResolve resolve)
    : signature_(config.app_secret, config.verify_token),
      resolve_(std::move(resolve)),
      line_(std::make_shared<Line>(config, std::move(exchange), std::move(tokens), std::move(uploads))) {
    if (resolve_) return;
    resolve_ = [account, number = config.phone_number_id, waba = config.waba_id](
                   std::string_view for_number, std::string_view for_waba) -> std::optional<AccountId> {
        const bool is_ours = for_number.empty() ? waba.empty() || for_waba == waba : for_number == number;
        return is_ours ? std::optional(account) : std::nullopt;
    };
}

CloudChannel::~CloudChannel() = default;

Capabilities CloudChannel::capabilities() const {
    return {.media = true,
            .link = true,
            .reaction = true,
            .typing = true,
            .groups = true,
            .location = true,
            .contacts = true,
            .interactive = true,
            .templates = true,
            .poll = false,
            .hands_back_ids = true,
            .conversation_window = true,
            .max_text = 4096};
}

Result<void> CloudChannel::verify(const net::Request& request) const {
    return signature_.verify(request);
}

Result<std::string> CloudChannel::handshake(const net::Request& request) const {
    return signature_.handshake(request);
}

Result<Decoded> CloudChannel::decode(const net::Request& request) const {
    return decode_cloud(request.body, resolve_, unix_now());
}

void CloudChannel::send(const Outbound& message, UniqueFunction<void(SendResult)> done) {
    if (message.kind == OutboundKind::media && message.media.content)
        return line_->send_file(message, false, std::move(done));
    line_->send(message, {}, std::move(done));
}

void CloudChannel::typing(const std::string&, const std::string& provider_id, bool on) {
    if (on && !provider_id.empty()) line_->post(encode_cloud_typing(provider_id), [](net::ClientResult) {});
}

void CloudChannel::mark_read(const std::string&, const std::string& provider_id) {
    if (!provider_id.empty()) line_->post(encode_cloud_read(provider_id), [](net::ClientResult) {});
}

void CloudChannel::fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
                         FetchDone done) {
    fetch_cloud_file(line_->caller, line_->config.phone_number_id, message, max_bytes, unix_now(), std::move(sink),
                     std::move(done));
}

void CloudChannel::probe(UniqueFunction<void(std::vector<ProbeLine>)> done) {
    probe_cloud_account(line_->caller, line_->config, std::move(done));
}

}  // namespace parley::channels
