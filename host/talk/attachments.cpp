#include "talk/attachments.hpp"

#include "core/text.hpp"
#include "talk/prompt.hpp"

namespace parley::talk {
namespace {

constexpr std::size_t most_at_once = 32;
constexpr std::uint64_t largest_voice_note = 25u << 20;  // what OpenAI takes; more than WhatsApp carries

std::string note_of(const Media& media) {
    switch (media.kind) {
        case MediaKind::image:
            return "[picture]";
        case MediaKind::sticker:
            return "[sticker]";
        case MediaKind::audio:
            return "[voice note]";
        case MediaKind::video:
            return "[video]";
        default:
            return media.name.empty() ? "[document]" : "[document: " + media.name + "]";
    }
}

Attachment problem(const Media& media, std::string words) {
    Attachment attachment;
    attachment.note = note_of(media);
    attachment.problem = std::move(words);
    return attachment;
}

// Why a recording was not heard, for who sent it.
std::string words_for(const gpt::ModelError& error) {
    switch (error.fault) {
        case gpt::Fault::budget:
            return error.message;
        case gpt::Fault::too_long:
            return "That recording is too long for me.";
        case gpt::Fault::invalid:
            return "I could not open that recording.";
        case gpt::Fault::unsupported:
            return "I cannot listen to recordings of that kind here.";
        default:
            return "Sorry, I cannot listen to recordings right now.";
    }
}

}  // namespace

struct Attachments::Reading {
    Inbound message;
    gpt::Asker asker;
    SteadyTime deadline;
    UniqueFunction<void(Attachment)> done;
    bool over = false;
    Executor::TimerId timer = 0;

    const Media& media() const { return *message.media; }
};

Attachments::Attachments(Parts parts) : parts_(std::move(parts)) {}

void Attachments::read(const Inbound& message, const gpt::Asker& asker, SteadyTime deadline,
                       UniqueFunction<void(Attachment)> done) {
    auto reading = std::make_shared<Reading>(Reading{message, asker, deadline, std::move(done)});
    waiting_.push_back(std::move(reading));
    parts_.executor.post([this] { next(); });
}

void Attachments::next() {
    while (reading_ < most_at_once && !waiting_.empty()) {
        const auto reading = std::move(waiting_.front());
        waiting_.pop_front();
        ++reading_;
        begin(reading);
    }
}

void Attachments::begin(const std::shared_ptr<Reading>& reading) {
    if (std::chrono::steady_clock::now() >= reading->deadline)
        return finish(reading, problem(reading->media(), "I had no time to look at your file. Please send it again."));
    if (reading->media().kind == MediaKind::video)
        return finish(reading, problem(reading->media(), "I cannot watch videos yet."));
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(reading->deadline - std::chrono::steady_clock::now());
    reading->timer = parts_.executor.after(left + std::chrono::seconds(1), [this, reading] {
        reading->timer = 0;
        finish(reading, problem(reading->media(), "I had no time to look at your file. Please send it again."));
    });
    parts_.await_file(reading->message, reading->deadline, [this, reading](Result<Media> file) {
        if (file) return fetched(reading, *file);
        finish(reading, problem(reading->media(), "I could not get your file. Please send it again."));
    });
}

void Attachments::fetched(const std::shared_ptr<Reading>& reading, const Media& file) {
    // What comes back on another thread goes on here.
    const auto back = [this, reading](auto make) {
        return [this, reading, make](auto result) {
            parts_.executor.post([this, reading, make, result = std::move(result)]() mutable {
                if (!result) return finish(reading, problem(reading->media(), result.error().message));
                Attachment attachment;
                attachment.note = note_of(reading->media());
                make(attachment, std::move(*result));
                finish(reading, std::move(attachment));
            });
        };
    };
    const MediaKind kind = reading->media().kind;
    if (kind == MediaKind::audio) return listen(reading, file);
    if (kind == MediaKind::image || kind == MediaKind::sticker || file.mime.rfind("image/", 0) == 0)
        return parts_.pictures.shrink(file, back([](Attachment& to, std::string jpeg) {
                                          to.images.push_back({"image/jpeg", std::move(jpeg)});
                                      }));
    if (!parts_.read_document) return finish(reading, problem(reading->media(), "I cannot read documents here."));
    Media named = file;
    named.name = reading->media().name;
    parts_.read_document(named, back([](Attachment& to, std::string text) { to.text = clean(std::move(text)); }));
}

void Attachments::listen(const std::shared_ptr<Reading>& reading, const Media& file) {
    const auto give_up = [this, reading](const char* words) { finish(reading, problem(reading->media(), words)); };
    if (file.size > largest_voice_note) return give_up("That recording is too long for me.");
    const bool taken = parts_.workers.submit([this, reading, file, give_up] {
        auto bytes = parts_.store.read(file.stored);
        parts_.executor.post([this, reading, mime = file.mime, give_up, bytes = std::move(bytes)]() mutable {
            if (!bytes) return give_up("I could not get your recording. Please send it again.");
            gpt::TranscribeRequest request;
            request.asker = reading->asker;
            request.audio = gpt::Audio{mime, std::move(*bytes)};
            request.deadline = reading->deadline;
            parts_.model.transcribe(std::move(request), [this, reading](gpt::Outcome<gpt::Transcript> heard) {
                if (!heard) return finish(reading, problem(reading->media(), words_for(heard.error())));
                Attachment attachment;
                attachment.note = note_of(reading->media());
                attachment.usage = heard->usage;
                attachment.said = clean(std::string(text::trim(heard->text)));
                if (attachment.said.empty()) attachment.problem = "I could not hear any words in your recording.";
                finish(reading, std::move(attachment));
            });
        });
    });
    if (!taken) give_up("I have too much to listen to. Please try again later.");
}

void Attachments::finish(const std::shared_ptr<Reading>& reading, Attachment attachment) {
    if (std::exchange(reading->over, true)) return;
    --reading_;
    parts_.executor.cancel(reading->timer);
    // Never from inside begin(): thousands that are late together must not become one deep recursion.
    parts_.executor.post([this, reading, attachment = std::move(attachment)]() mutable {
        reading->done(std::move(attachment));
        next();
    });
}

}  // namespace parley::talk
