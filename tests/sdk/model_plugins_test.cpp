// The plugins that ask the language model: what they ask, what they work on, and their words when it cannot.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using Catch::Matchers::Contains;
using parley::testing::Incoming;

namespace {

// A plugin with a model that remembers what it was asked.
struct Asking : Sample {
    std::vector<parley::Json> asked;

    explicit Asking(const std::string& name) : Sample(name) {
        host.world().model.chat = [this](const parley::Json& request) {
            asked.push_back(request);
            auto answer = parley::Json::object();
            answer["text"] = "answer " + std::to_string(asked.size());
            return answer;
        };
        host.world().model.transcribe = [](const std::string& audio, const std::string& language) {
            return "heard " + audio + language;
        };
        host.world().document_text = [](const std::string& bytes) { return "text of " + bytes; };
    }

    static Incoming with_file(std::string text, std::string kind, std::string bytes) {
        Incoming message;
        message.text = std::move(text);
        message.media_kind = std::move(kind);
        message.media = std::move(bytes);
        return message;
    }
    Incoming quoting(std::string text, std::string quoted, std::string kind = {}) {
        Incoming message;
        message.text = std::move(text);
        message.reply_to = "earlier";
        message.quoted.emplace();
        message.quoted->text = std::move(quoted);
        message.quoted->media_kind = std::move(kind);
        if (!message.quoted->media_kind.empty()) {
            message.quoted->media = "kept";
            host.world().media["kept"] = "file";
        }
        return message;
    }
    // The words of the last question to the model.
    std::string question() const {
        const auto& content = asked.back()["messages"].items().back()["content"];
        return content.is_string() ? content.as_string() : content.items().at(0)["text"].as_string();
    }
    std::string picture() const {
        for (const auto& part : asked.back()["messages"].items().back()["content"].items()) {
            if (part["type"].as_string() == "image") return part["media"].as_string();
        }
        return {};
    }
};

}  // namespace

TEST_CASE("without a model each of them says so") {
    const std::vector<std::pair<std::string, std::string>> commands{{"ask", "Why?"},       {"img", "A cat"},
                                                                    {"tts", "Hello"},      {"solve", "1+1"},
                                                                    {"summarize", "Long"}, {"translate", "German Hi"}};
    for (const auto& [name, words] : commands) {
        INFO(name);
        Sample bot(name);
        CHECK_THAT(bot.send("/" + name + " " + words).reply(), Contains("No language model is set up"));
    }
    Sample bot("transcribe");
    CHECK_THAT(bot.host.send(Asking::with_file("/transcribe", "audio", "x")).reply(),
               Contains("No language model is set up"));
}

TEST_CASE("without anything to do they send their help") {
    for (const std::string name : {"ask", "img", "tts", "solve", "summarize", "translate", "transcribe"}) {
        INFO(name);
        Asking bot(name);
        CHECK_THAT(bot.send("/" + name).reply(), Contains("*Command Name: `" + name + "`*"));
        CHECK(bot.asked.empty());
    }
}

TEST_CASE("what the model says about its troubles reaches the user") {
    Asking bot("ask");
    const auto failing = [&](parley::Status status, const char* reason) {
        bot.host.world().model.chat = [=](const parley::Json&) -> parley::Json {
            throw parley::ServiceError(status, "gpt.chat", reason);
        };
        return bot.send("/ask why?");
    };
    CHECK(failing(parley::Status::denied, "Your budget for today is used up.").reply() ==
          "Your budget for today is used up.");
    CHECK_THAT(failing(parley::Status::timeout, "").reply(), Contains("cannot be reached at the moment"));
    CHECK(failing(parley::Status::failed, "bad key").status == PARLEY_FAILED);
}

TEST_CASE("ask asks about words, pictures, documents and voices") {
    Asking bot("ask");
    CHECK(bot.send("/ask Why is the sky blue?").reply() == "answer 1");
    CHECK(bot.question() == "Why is the sky blue?");
    bot.host.send(Asking::with_file("/ask", "image", "photo"));
    CHECK(bot.host.world().media.at(bot.picture()) == "photo");
    CHECK(bot.question() == "What is this?");
    bot.host.send(bot.quoting("/ask true?", "The moon is cheese."));
    CHECK(bot.question() == "true?\n\nBEGIN\nThe moon is cheese.\nEND");
    bot.host.send(bot.quoting("/ask who signed?", "", "document"));
    CHECK(bot.question() == "who signed?\n\nBEGIN\ntext of file\nEND");
    bot.host.send(bot.quoting("/ask what then?", "", "audio"));
    CHECK(bot.question() == "what then?\n\nBEGIN\nheard file\nEND");

    auto gone = bot.quoting("/ask what?", "", "image");
    gone.quoted->media.clear();
    CHECK_THAT(bot.host.send(gone).reply(), Contains("not here any more"));
}

TEST_CASE("solve takes a picture or a text") {
    Asking bot("solve");
    CHECK(bot.send("/solve What is 2+2?").reply() == "answer 1");
    CHECK(bot.question() == "What is 2+2?");
    bot.host.send(Asking::with_file("/solve only number 3", "image", "sheet"));
    CHECK(bot.question() == "only number 3");
    CHECK_FALSE(bot.picture().empty());
    bot.host.send(Asking::with_file("/solve", "document", "sheet"));
    CHECK(bot.question() == "text of sheet");
}

TEST_CASE("img sends what was drawn") {
    Sample bot("img");
    bot.host.world().model.draw = [](const std::string& prompt, const std::string& size) {
        return prompt + "@" + size;
    };
    const auto sent = bot.send("/img -s 1536x1024 A cat with a  hat.").sent;
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].media == "A cat with a  hat.@1536x1024");
    CHECK(sent[0].media_name == "A_cat_with.png");
    CHECK(bot.host.world().model.named.empty());
    CHECK(bot.send("/img -m clip A dog with a frog.").sent.at(0).media == "A dog with a frog.@");
    CHECK(bot.host.world().model.named == "clip");
}

TEST_CASE("tts sends a voice note") {
    Sample bot("tts");
    bot.host.world().model.speak = [](const std::string& text, const std::string& voice) { return voice + ":" + text; };
    const auto sent = bot.send("/tts -v echo Hello!  You").sent;
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].voice);
    CHECK(sent[0].media == "echo:Hello!  You");
    CHECK(bot.send("/tts -m tts-1-hd Hello!").sent.at(0).media == ":Hello!");
    CHECK(bot.host.world().model.named == "tts-1-hd");
    Incoming reply;
    reply.text = "/tts";
    reply.reply_to = "earlier";
    reply.quoted.emplace();
    reply.quoted->text = "Read me";
    CHECK(bot.host.send(reply).sent.at(0).media == ":Read me");
    CHECK_THAT(bot.send("/tts " + std::string(4'097, 'x')).reply(), Contains("at most 4,096"));
}

TEST_CASE("transcribe writes down voice notes") {
    Asking bot("transcribe");
    CHECK(bot.host.send(bot.quoting("/transcribe -l ur", "", "audio")).reply() == "heard fileur");
    CHECK(bot.host.send(Asking::with_file("/transcribe", "video", "clip")).reply() == "heard clip");
    CHECK_THAT(bot.host.send(Asking::with_file("/transcribe", "image", "x")).reply(), Contains("no voice note"));
}

TEST_CASE("summarize takes texts of any length piece by piece") {
    Asking bot("summarize");
    CHECK(bot.send("/summarize Once upon a time").reply() == "answer 1");
    CHECK(bot.host.send(bot.quoting("/summarize", "A long message")).reply() == "answer 2");
    CHECK(bot.question() == "A long message");
    bot.host.send(Asking::with_file("/summarize", "document", "report"));
    CHECK(bot.question() == "text of report");

    bot.asked.clear();
    std::string text;
    for (int i = 0; i < 12'000; ++i) text += "سلام ";  // 108,000 bytes
    bot.host.world().document_text = [&](const std::string&) { return text; };
    CHECK(bot.host.send(Asking::with_file("/summarize", "document", "book")).reply() == "answer 6");
    CHECK(bot.question() == "answer 1\n\nanswer 2\n\nanswer 3\n\nanswer 4\n\nanswer 5\n\n");
    std::string pieces;
    for (std::size_t i = 0; i < 5; ++i) pieces += bot.asked[i]["messages"].items().back()["content"].as_string();
    CHECK(pieces == text);

    text = std::string(600'000, 'x');
    CHECK_THAT(bot.host.send(Asking::with_file("/summarize", "document", "library")).reply(), Contains("too long"));
    bot.host.world().document_text = [](const std::string&) -> std::string {
        throw parley::ServiceError(parley::Status::invalid, "media.text", "The file is locked with a password.");
    };
    CHECK(bot.host.send(Asking::with_file("/summarize", "document", "x")).reply() ==
          "The file is locked with a password.");
}

TEST_CASE("translate names the language and passes the rest on") {
    Asking bot("translate");
    CHECK(bot.send("/translate German Good  morning!").reply() == "answer 1");
    CHECK(bot.question() == "Good  morning!");
    CHECK_THAT(bot.asked[0]["messages"].items()[0]["content"].as_string(), Contains("\"German\""));
    bot.send("/translate German coffee -no sugar");
    CHECK(bot.question() == "coffee -no sugar");
    bot.host.send(bot.quoting("/translate ur", "How are you?"));
    CHECK(bot.question() == "How are you?");
    bot.host.send(bot.quoting("/translate ur", "", "audio"));
    CHECK(bot.question() == "heard file");
}

TEST_CASE("a file that cannot be fetched is an answer, not a failure") {
    for (const std::string name : {"transcribe", "solve", "summarize"}) {
        Sample sample(name);
        const auto outcome = sample.host.send({.text = "/" + name,
                                               .media_kind = name == "solve" ? "image" : "audio",
                                               .media = "x",
                                               .media_problem = "the provider is away"});
        CHECK(outcome.reply() == "Sorry, the file could not be fetched: the provider is away.");
        CHECK(outcome.status == PARLEY_INVALID);
    }
}
