#include "app/routes/upload.hpp"

#include <charconv>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "net/form_upload.hpp"

namespace parley::app {
namespace {

constexpr std::size_t longest_json = 64 * 1024, longest_file_name = 255;

// What came of the files of one form. [one thread at a time: a worker's, then the I/O thread]
struct Attachments {
    std::optional<Media> picture, video;
};

// One file on its way into the media store.
class Attachment final : public net::FormFile {
public:
    Attachment(const media::Store& store, net::PartHead head, std::shared_ptr<Attachments> kept)
        : writer_(store.begin()), head_(std::move(head)), kept_(std::move(kept)) {}

    Result<void> write(std::string_view bytes) override {
        const auto limit = is_picture() ? largest_picture : largest_video;
        if (writer_->size() + bytes.size() > limit)
            return make_error(Errc::too_large,
                              head_.name + " is too large: " + std::to_string(limit >> 20) + " MiB are the most");
        return writer_->write(bytes);
    }

    Result<void> end() override {
        if (writer_->size() == 0) return {};  // a form whose file was not chosen
        auto media = writer_->finish(head_.mime);
        if (!media) return media.error();
        const bool right =
            media->mime.starts_with(is_picture() ? "image/" : "video/") && media->mime.find("svg") == std::string::npos;
        if (!right)
            return make_error(Errc::unsupported,
                              head_.name + " is no " + (is_picture() ? "picture" : "video") + ", but " + media->mime);
        if (text::is_storable(head_.filename)) media->name = text::truncate_utf8(head_.filename, longest_file_name);
        (is_picture() ? kept_->picture : kept_->video) = std::move(*media);
        return {};
    }

private:
    bool is_picture() const { return head_.name == "attachment_picture"; }

    std::unique_ptr<media::Writer> writer_;
    net::PartHead head_;
    std::shared_ptr<Attachments> kept_;
};

Result<db::RoomId> room_of(const net::FormUpload& form) {
    const auto text = text::trim(form.field("conversation_id"));
    db::RoomId room = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), room);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return make_error(Errc::invalid, "conversation_id: is missing, or no integer");
    return room;
}

net::FormUpload::OpenFile into(const media::Store& store, std::shared_ptr<Attachments> kept, MayTalk may_talk) {
    return [&store, kept, may_talk = std::move(may_talk)](
               const net::PartHead& head, const net::FormUpload& form) -> Result<std::unique_ptr<net::FormFile>> {
        if (head.name != "attachment_picture" && head.name != "attachment_video")
            return make_error(Errc::invalid,
                              "the files of a message are attachment_picture and attachment_video, not " + head.name);
        if (head.name == "attachment_picture" ? kept->picture.has_value() : kept->video.has_value())
            return make_error(Errc::invalid, "there is more than one " + head.name);
        if (!form.field("conversation_id").empty()) {
            const auto room = room_of(form);
            if (!room) return room.error();
            if (auto may = may_talk(*room); !may) return may.error();
        }
        return std::unique_ptr<net::FormFile>(std::make_unique<Attachment>(store, head, kept));
    };
}

Result<db::RoomMessage> to_message(const net::FormUpload& form, const Attachments& files) {
    const auto room = room_of(form);
    if (!room) return room.error();
    db::RoomMessage message;
    message.room = *room;
    message.text = form.field("text");
    if (files.picture) message.picture = files.picture->stored;
    if (files.video) message.video = files.video->stored;
    if (const auto& first = files.picture ? files.picture : files.video) {
        message.mime = first->mime;
        message.file_name = first->name;
    }
    return message;
}

// A body that is small enough to be held.
class Text final : public net::BodySink {
public:
    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override {
        if (text_.size() + bytes.size() > longest_json)
            return written(make_error(Errc::too_large, "a JSON body has at most 64 KiB; send files as a form"));
        text_ += bytes;
        written({});
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

Result<db::RoomMessage> to_message(const std::string& body) {
    const auto parsed = parse_json(body);
    if (!parsed) return parsed.error();
    JsonProblem problem;
    const JsonReader json(*parsed, problem);
    db::RoomMessage message;
    message.room = json["conversation_id"].integer();
    message.text = json["text"].string_or("");
    if (problem) return problem.error();
    return message;
}

}  // namespace

bool is_form(const net::Request& request) {
    return text::starts_with_ignoring_case(request.headers.get("Content-Type"), "multipart/");
}

void receive_message(const net::Request& request, net::Upload& upload, WorkerPool& workers, const media::Store& store,
                     MayTalk may_talk, UniqueFunction<void(Result<db::RoomMessage>)> done) {
    if (!is_form(request)) {
        auto body = std::make_shared<Text>();
        upload.receive(body, [body, done = std::move(done)](const Result<void>& received) mutable {
            done(received ? to_message(body->text()) : Result<db::RoomMessage>(received.error()));
        });
        return;
    }
    net::MultipartLimits limits;
    limits.max_parts = 16;
    limits.max_file = largest_video;
    auto files = std::make_shared<Attachments>();
    auto form = net::FormUpload::create(request, workers, limits, into(store, files, std::move(may_talk)));
    if (!form) return done(form.error());
    net::FormUpload::receive(*form, upload,
                             [form = *form, files, done = std::move(done)](const Result<void>& received) mutable {
                                 done(received ? to_message(*form, *files) : Result<db::RoomMessage>(received.error()));
                             });
}

}  // namespace parley::app
