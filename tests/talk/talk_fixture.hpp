// The way of a message with conversations: a real journal, real plugins, a scripted model.
#pragma once

#include "pipeline/pipeline_fixture.hpp"
#include "support/paths.hpp"
#include "talk/scripted_model.hpp"
#include "talk/talk.hpp"

namespace parley::test {

class TalkFixture : public PipelineFixture {
public:
    explicit TalkFixture(talk::TalkOptions options = {},
                         const std::vector<std::string>& plugins = {PARLEY_TROUBLE_PLUGIN, PARLEY_WISHES_PLUGIN})
        : PipelineFixture(std::chrono::seconds(30), plugins),
          talk(options,
               {executor(), pool, settings, model, runtime, handlers, handler, zones,
                [](AccountId, const std::string&, const std::string&, bool) {}, attachments, metrics, Logger()}) {
        settings.apply("conversation_quiet_ms", "0");
        settings.apply("rate_limit_messages", "0");
        handler.converse_with(talk);
        dispatcher.converse_with(talk);
    }
    ~TalkFixture() { executor().run_posted(); }

    struct From {
        std::string sender = "923001234567";
        std::string chat = "A";
        std::string group{};
    };
    // A message comes in; it is not waited for.
    Inbound post(const std::string& text, From from = {"923001234567", "A", ""}, const Inbound* like = nullptr) {
        auto message = like ? *like : store.inbound("", text);
        message.id = 0;
        message.provider_id = "M" + std::to_string(++sent_);
        message.text = text;
        message.chat = from.chat;
        message.sender = from.sender;
        message.sender_name = "Name of " + from.sender;
        message.group = from.group;
        if (account != 0) message.account = account;
        channel->decoded = {};
        channel->decoded.messages = {message};
        const auto outcome = webhook(intake, {});
        REQUIRE(outcome == pipeline::Intake::Outcome::stored);
        return message;
    }
    // Says it, and what came back, text by text.
    std::vector<std::string> say(const std::string& text, From from = {"923001234567", "A", ""},
                                 const Inbound* like = nullptr) {
        const auto before = channel->seen.size();
        post(text, from, like);
        finish();
        return {channel->seen.begin() + static_cast<std::ptrdiff_t>(before), channel->seen.end()};
    }
    // A message with this file, stored.
    Inbound with_file(MediaKind kind, const std::string& mime, const std::string& bytes, const std::string& name = "") {
        auto message = store.inbound("", "");
        const auto stored = media.put(bytes, mime);
        REQUIRE(stored);
        message.media = *stored;
        message.media->kind = kind;
        message.media->mime = mime;
        message.media->name = name;
        return message;
    }
    const gpt::ChatRequest& asked() const { return model.requests.back(); }
    std::string told() const { return ScriptedModel::told(asked()); }

    using PipelineFixture::webhook;
    AccountId account = 0;  // 0: the fixture's own
    ScriptedModel model{executor()};
    std::map<std::string, std::string> documents;  // by stored name: their text
    talk::Attachments attachments{{executor(), workers, media, model, pictures,
                                   [this](const Inbound& message, SteadyTime, auto done) {
                                       executor().post([done = std::move(done), file = *message.media]() mutable {
                                           if (file.stored.empty()) return done(make_error(Errc::not_found, "gone"));
                                           done(file);
                                       });
                                   },
                                   [this](const Media& file, auto done) {
                                       const auto found = documents.find(file.stored);
                                       if (found == documents.end())
                                           return done(
                                               make_error(Errc::unsupported, "I cannot read that kind of file."));
                                       done(found->second);
                                   }}};
    talk::Talk talk;

private:
    int sent_ = 0;
};

using Texts = std::vector<std::string>;

}  // namespace parley::test
