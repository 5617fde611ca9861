#include "channels/cloud/upload.hpp"

#include "channels/cloud/classify.hpp"
#include "channels/cloud/file_kind.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "core/json_reader.hpp"
#include "net/multipart.hpp"

namespace parley::channels {

namespace {

constexpr UnixMillis kDay = 24LL * 3600 * 1000;
constexpr UnixMillis kKept = 29 * kDay;  // Meta keeps files for 30

CloudUploads::UploadResult read_upload(const net::ClientResult& answer, int attempts) {
    if (answer && answer->status >= 200 && answer->status < 300) {
        const Result<boost::json::value> document = parse_json(answer->body);
        JsonProblem ignored;
        std::string id = document ? JsonReader(*document, ignored)["id"].text_or("") : std::string();
        if (!id.empty() && id.size() <= 200) return CloudUploads::Upload{std::move(id), false};
        return SendError{SendError::Class::transient, "Meta took the file but gave it no id"};
    }
    SendError error = cloud_send_error(answer, attempts, unix_now());
    // Nobody is written to by an upload.
    if (error.kind == SendError::Class::in_doubt) error.kind = SendError::Class::transient;
    error.reason = "the file could not be uploaded: " + error.reason;
    return error;
}

}  // namespace

std::string CloudUploads::key_of(const Outbound& message) {
    // The media store names files by the hash of their content.
    const Result<CloudFile> file = choose_cloud_file(message);
    return "sha256:" + crypto::sha256_hex(message.media.stored + "\n" + (file ? file->mime : message.media.mime));
}

void CloudUploads::upload(const Outbound& message, Done done) {
    if (!message.media.content)
        return done(SendError{SendError::Class::permanent, "the file is no longer in the media store"});
    if (const Result<CloudFile> file = choose_cloud_file(message); !file)
        return done(SendError{SendError::Class::permanent, file.error().message});

    const std::string key = key_of(message);
    std::vector<Done>& waiting = waiting_[key];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
    if (lost_.erase(key) != 0) return transfer(key, message);
    cache_->find(key, [self = shared_from_this(), key, message](std::optional<std::string> id) {
        if (!id) return self->transfer(key, message);
        self->finish(key, Upload{*id, true});
    });
}

void CloudUploads::forget(const Outbound& message) {
    const std::string key = key_of(message);
    lost_.insert(key);
    cache_->forget(key);
}

void CloudUploads::transfer(const std::string& key, const Outbound& message) {
    const std::string path = "/" + phone_number_id_ + "/media";
    const auto make = [path, media = message.media, mime = choose_cloud_file(message)->mime](
                          const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
        net::MultipartForm form;
        form.field("messaging_product", "whatsapp");
        form.field("type", mime);
        form.file("file", media.name.empty() ? "file" : media.name, mime, media.content);
        return graph.post_form(path, std::move(form), token);
    };
    caller_->call(make, [self = shared_from_this(), key, attempts = message.attempts](net::ClientResult answer) {
        const UploadResult result = read_upload(answer, attempts);
        if (result) self->cache_->remember(key, result->media_id, unix_now() + kKept);
        self->finish(key, result);
    });
}

void CloudUploads::finish(const std::string& key, const UploadResult& result) {
    const auto found = waiting_.find(key);
    std::vector<Done> waiting = std::move(found->second);
    waiting_.erase(found);
    for (Done& done : waiting) done(result);
}

}  // namespace parley::channels
