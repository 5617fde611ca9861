// Every request that is built is one that OpenAI's own description allows: what a played model was asked is asked again
// of a strict mock made of that description. Skipped where there is no mock.
#include "support/prism.hpp"

#include <boost/json.hpp>

#include "gpt/json_schema.hpp"
#include "gpt/mock_model.hpp"
#include "support/ogg.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;

namespace {

const auto description = description_path("openai-core.prism.json");

// OpenAI's description with one contradiction less. An item of a Responses request is "one of" several things, and a
// message whose content is a list, as one with a picture has to be, is two of them by their own definitions: an
// EasyInputMessage and an Item (InputMessage). So no such message fits it, whoever builds it. Here it may be both.
class MendedDescription {
public:
    MendedDescription() {
        auto document = boost::json::parse(read_text(description));
        auto& item = document.at_pointer("/components/schemas/InputItem").as_object();
        item["anyOf"] = std::exchange(item.at("oneOf"), nullptr);
        item.erase("oneOf");
        item.erase("discriminator");
        path_ = directory_.write("openai.json", boost::json::serialize(document));
    }
    const std::string& path() const { return path_; }

private:
    TempDirectory directory_;
    std::string path_;
};

bool skipped() {
    const auto why = Prism::missing(description);
    if (!why.empty()) WARN("skipped: " << why);
    return !why.empty();
}

struct Strict {
    explicit Strict(const std::string& path = description) : prism(path) {}

    Prism prism;
    TestClient client;

    // What Prism says to what was asked: 200, or the reason for its refusal.
    std::string judge(const Asked& asked) {
        RawResponse head;
        head.head = asked.head;
        net::ClientRequest request;
        request.method = asked.method;
        request.url = prism.url() + asked.path.substr(std::string("/v1").size());
        request.reach = net::Reach::any;
        request.body = asked.body;
        request.headers.set("Content-Type", head.header("Content-Type"));
        request.headers.set("Authorization", head.header("Authorization"));
        request.headers.set("Accept", "application/json");  // it cannot stream
        return judge(std::move(request));
    }
    std::string judge(net::ClientRequest request) {
        const auto answer = client.send(std::move(request));
        if (!answer) return answer.error().error.message;
        return answer->status == 200 ? "200" : std::to_string(answer->status) + ": " + answer->body;
    }
};

std::vector<ChatRequest> questions() {
    std::vector<ChatRequest> all{question("hi")};
    auto full = question("what is it?");
    full.messages[0].images.push_back({"image/png", "\x89PNG"});
    full.messages.insert(full.messages.begin(), {Role::system, "be short", {}, {}, {}});
    all.push_back(full);
    auto tools = question("weather?");
    tools.tools.push_back({"weather", "of a city", R"({"type":"object","properties":{"city":{"type":"string"}}})"});
    tools.tools.push_back({"plain", "", ""});
    all.push_back(tools);
    ChatMessage call, result;
    call.role = Role::assistant;
    call.tool_calls = {{"c1", "weather", R"({"city":"A"})"}, {"c2", "plain", "{}"}};
    result.role = Role::tool;
    result.text = "hot";
    tools.messages.push_back(call);
    for (const char* id : {"c1", "c2"}) {
        result.tool_call_id = id;
        tools.messages.push_back(result);
    }
    tools.max_tokens = 5;
    all.push_back(tools);
    auto schema = question("a number");
    schema.schema_name = "number";
    schema.schema = R"({"type":"object","properties":{"n":{"type":"integer"}}})";
    all.push_back(schema);
    schema.schema =
        R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false})";
    all.push_back(schema);  // the model is bound to it
    return all;
}

bool has_pictures(const ChatRequest& request) {
    for (const auto& message : request.messages)
        if (!message.images.empty()) return true;
    return false;
}

// Speech is not in the description that is at hand: this is what OpenAI's own has of it.
const char* const speech = R"({"type":"object","required":["model","input","voice"],"additionalProperties":false,
    "properties":{"model":{"type":"string"},"input":{"type":"string","minLength":1,"maxLength":4096},
        "instructions":{"type":"string"},"speed":{"type":"number","minimum":0.25,"maximum":4},
        "voice":{"enum":["alloy","ash","ballad","coral","echo","fable","onyx","nova","sage","shimmer","verse","marin","cedar"]},
        "response_format":{"enum":["mp3","opus","aac","flac","wav","pcm"]},"stream_format":{"enum":["sse","audio"]}}})";

MockModel::Talk whole(const std::string& text) {
    return refuses(200,
                   R"({"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":)" +
                       boost::json::serialize(boost::json::value(text)) + "}]}]}");
}

}  // namespace

TEST_CASE("OpenAI's description allows every request that is built") {
    if (skipped()) return;
    Strict strict;
    Asking at;
    at.options.key = Secret("sk-test");
    at.options.model = "gpt-5.4";
    const auto check_asked = [&](std::size_t least) {
        const auto asked = at.model.asked();
        CHECK(asked.size() >= least);
        for (const auto& one : asked) {
            INFO(one.path << " " << one.body.substr(0, 2'000));
            CHECK(strict.judge(one) == "200");
        }
    };
    const auto answer = R"({"n":1})";
    for (const char* profile : {"", "cap=max_completion_tokens developer_role=yes", "json_schema=no stream=no",
                                "cap=max_tokens", "stream_usage=no", "stream_tools=no", "tools=no", "context=100"}) {
        CAPTURE(profile);
        at.options.profile = profile;
        at.model.script({says(answer)});
        for (const auto& one : questions()) CHECK(at.said(one) == answer);
        check_asked(6);
    }
    for (const char* profile : {"responses=yes developer_role=yes", "responses=yes stream=no json_schema=no"}) {
        CAPTURE(profile);
        at.options.profile = profile;
        at.model.script({whole(answer)});
        for (const auto& one : questions())
            if (!has_pictures(one)) CHECK(at.said(one) == answer);
        check_asked(5);
    }
    // A turn that mends an answer.
    at.options.profile.clear();
    at.model.script({says("three"), says(answer)});
    CHECK(at.said(questions().back()) == answer);
    check_asked(2);

    at.model.script({refuses(200, "{}")});
    TranscribeRequest heard;
    heard.audio = {"audio/ogg", opus(50)};
    heard.language = "ur";
    at.ask<Transcript>(&Model::transcribe, heard);
    heard.language.clear();
    at.ask<Transcript>(&Model::transcribe, heard);
    DrawRequest drawn;
    drawn.prompt = "a cat";
    for (const char* size : {"", "1024x1024"}) {
        drawn.size = size;
        for (const char* model : {"gpt-image-1.5", "dall-e-3"}) {
            at.options.image_model = model;
            at.ask<Image>(&Model::draw, drawn);
        }
    }
    EmbedRequest embedded;
    embedded.input = {"a", "b"};
    at.options.embedding_model = Defaults::embedding_model;
    at.ask<Embeddings>(&Model::embed, embedded);
    ModerateRequest judged;
    judged.text = "x";
    at.ask<Verdict>(&Model::moderate, judged);
    judged.images.push_back({"image/png", "\x89PNG"});
    at.ask<Verdict>(&Model::moderate, judged);
    check_asked(9);
    CHECK(strict.judge(Discovery::list_request(strict.prism.url() + "/models", at.options)) == "200");

    // The mock is strict, or all of the above proves nothing.
    Asked wrong;
    wrong.method = "POST";
    wrong.path = "/v1/chat/completions";
    wrong.head = "POST / HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer x\r\n\r\n";
    wrong.body = R"({"messages":[{"role":"user","content":"hi"}]})";
    CHECK(strict.judge(wrong) != "200");
}

TEST_CASE("OpenAI's description allows pictures in a Responses request, once it does not contradict itself") {
    if (skipped()) return;
    const MendedDescription mended;
    Strict strict(mended.path());
    Asking at;
    at.options.key = Secret("sk-test");
    at.options.model = "gpt-5.4";
    for (const char* profile : {"responses=yes developer_role=yes", "responses=yes stream=no"}) {
        at.options.profile = profile;
        at.model.script({whole("a cat")});
        for (const auto& one : questions())
            if (one.schema.empty()) CHECK(at.said(one) == "a cat");
        const auto asked = at.model.asked();
        CHECK(asked.size() == 4);
        for (const auto& one : asked) {
            INFO(one.body.substr(0, 2'000));
            CHECK(strict.judge(one) == "200");
        }
    }
    // It still looks at what is in the message.
    auto wrong = at.model.asked().at(1);
    wrong.body.replace(wrong.body.find("\"detail\""), 8, "\"retail\"");
    CHECK(strict.judge(wrong) != "200");
}

TEST_CASE("what is asked to be spoken is as OpenAI describes it") {
    Asking at;
    at.options.key = Secret("sk-test");
    at.options.speech_model = Defaults::speech_model;
    SpeakRequest request;
    request.text = "salam";
    at.model.script({[](const Asked&, Wire& wire) { wire.answer(200, "OggS...", "audio/ogg"); }});
    for (const char* voice : {"", "nova"}) {
        request.voice = voice;
        CHECK(at.ask<Audio>(&Model::speak, request));
        const auto asked = at.model.asked().back();
        CHECK(asked.path == "/v1/audio/speech");
        CHECK(!mismatch(asked.json(), boost::json::parse(speech)));
    }
}
