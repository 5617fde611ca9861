// Every request that is built is one that OpenAI's own description allows: what a played model was asked is asked again
// of a strict mock made of that description. Skipped where there is no mock.
#include "support/prism.hpp"
#include "core/crypto.hpp"
#include "gpt/mock_model.hpp"
#include "support/paths.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;

namespace {

struct Strict {
    Prism prism{source_path("../shared/specs/openai-core.prism.json")};
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
    return all;
}

}  // namespace

TEST_CASE("OpenAI's description allows every request that is built") {
    Strict strict;
    if (!strict.prism.ready()) {
        WARN("skipped: " << strict.prism.why());
        return;
    }
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
    for (const char* profile :
         {"", "cap=max_completion_tokens developer_role=yes", "json_schema=no stream=no", "cap=max_tokens"}) {
        at.options.profile = profile;
        at.model.script({says(answer)});
        for (const auto& one : questions()) CHECK(at.said(one) == answer);
        check_asked(5);
    }
    at.options.profile = "responses=yes developer_role=yes";
    at.model.script({refuses(
        200,
        R"({"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"{\"n\":1}"}]}]})")});
    for (auto one : questions()) {
        // The description contradicts itself here: a message with parts fits two alternatives of which it may fit one.
        for (auto& message : one.messages) message.images.clear();
        CHECK(at.said(one) == answer);
    }
    check_asked(5);
    // A turn that mends an answer.
    at.options.profile.clear();
    at.model.script({says("three"), says(answer)});
    CHECK(at.said(questions().back()) == answer);
    check_asked(2);

    at.model.script({refuses(200, "{}")});
    TranscribeRequest heard;
    heard.audio = {"audio/ogg", "OggS"};
    heard.language = "ur";
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
    check_asked(8);

    // The mock is strict, or all of the above proves nothing.
    Asked wrong;
    wrong.method = "POST";
    wrong.path = "/v1/chat/completions";
    wrong.head = "POST / HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer x\r\n\r\n";
    wrong.body = R"({"messages":[{"role":"user","content":"hi"}]})";
    CHECK(strict.judge(wrong) != "200");
}
