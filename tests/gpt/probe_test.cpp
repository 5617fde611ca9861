// What a probe tells people about servers of different kinds.
#include "gpt/mock_model.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace parley::test;

namespace {

// Everything that was found, a line each: "works: ...", "lacks: ...", "fails: ...".
std::string told(const Probed& probed) {
    static constexpr const char* kinds[] = {"works: ", "lacks: ", "fails: "};
    std::string all;
    for (const auto& one : probed.findings) {
        CHECK(one.advice.empty() == (one.kind == Finding::Kind::works));
        all += kinds[static_cast<int>(one.kind)] + one.what + "\n";
    }
    return all;
}

Probed probe(Asking& at) {
    std::promise<Probed> found;
    at.thread.run([&] {
        at.provider->probe(std::chrono::seconds(10), [&](Probed probed) { found.set_value(std::move(probed)); });
    });
    auto future = found.get_future();
    if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) throw std::runtime_error("no answer");
    return future.get();
}

bool has(const Asked& asked, const char* what) {
    return asked.json().as_object().contains(what);
}

const std::string tool_call =
    R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"report_colour","arguments":"{\"colour\":\"blue\"}"}}]}}]})";

// A server that can do everything.
void good(const Asked& asked, Wire& wire) {
    if (has(asked, "tools")) return wire.stream({tool_call, finish("tool_calls"), usage_chunk, "[DONE]"});
    if (has(asked, "response_format")) return says(R"({"colour":"blue"})")(asked, wire);
    says(asked.body.find("image_url") != std::string::npos ? "Red." : "ready")(asked, wire);
}

// One that can do nothing but answer, in one piece.
void poor(const Asked& asked, Wire& wire) {
    const auto refuse = [&](const char* why) {
        wire.answer(400, R"({"error":{"message":")" + std::string(why) + R"(","type":"invalid_request_error"}})");
    };
    if (has(asked, "stream")) return refuse("stream is not supported");
    if (has(asked, "tools")) return refuse("this model does not support tools");
    if (has(asked, "response_format")) return refuse("response_format is not supported");
    if (asked.body.find("image_url") != std::string::npos) return refuse("this model does not support images");
    const bool json = asked.body.find("JSON") != std::string::npos;
    wire.answer(200, json ? R"({"choices":[{"message":{"content":"{\"colour\":\"blue\"}"}}]})"
                          : R"({"choices":[{"message":{"content":"ready"}}]})");
}

}  // namespace

TEST_CASE("a server that can do everything") {
    Asking at;
    at.model.list_models(R"({"data":[{"id":"llama3","max_model_len":8192},{"id":"nomic-embed"}]})");
    at.model.script({good});
    const auto probed = probe(at);
    const auto all = told(probed);
    CAPTURE(all);
    CHECK(probed.good());
    CHECK(all.find("works: " + at.model.origin() + "/v1 answers and has 2 models: llama3, nomic-embed\n") == 0);
    CHECK(all.find("works: llama3 answers, in ") != std::string::npos);
    for (const char* line : {"answers are streamed", "the server counts tokens", "tools are called",
                             "answers fit a JSON Schema", "pictures are seen"})
        CHECK(all.find("works: " + std::string(line)) != std::string::npos);
    CHECK(probed.model == "llama3");
    CHECK(probed.profile.find("cap=both") == 0);
    CHECK(probed.profile.find("tools=yes stream_tools=yes json_schema=yes vision=yes") != std::string::npos);
    CHECK(probed.usage.input_tokens == 44);
    CHECK(probed.usage.output_tokens == 28);
    Profile profile;
    CHECK(apply_override(profile, probed.profile));
}

TEST_CASE("a server that can do little, and what was learned of it") {
    Asking at;
    at.options.model = "small";
    at.model.script({poor});
    const auto probed = probe(at);
    const auto all = told(probed);
    CAPTURE(all);
    CHECK(probed.good());
    for (const char* line :
         {"works: small answers, in ", "lacks: answers come in one piece", "lacks: the server does not count tokens",
          "lacks: the server refuses tools", "it is asked for in words", "lacks: the model cannot see pictures"})
        CHECK(all.find(line) != std::string::npos);
    CHECK(probed.profile.find("tools=no") != std::string::npos);
    CHECK(probed.profile.find("json_schema=no") != std::string::npos);
    CHECK(probed.profile.find("vision=no") != std::string::npos);
    CHECK(probed.usage.estimated);
    // What the operator says stands above it.
    at.options.profile = "vision=yes tools=yes";
    CHECK(probe(at).profile.find("vision=yes") != std::string::npos);
}

TEST_CASE("a model that has tools and pictures but no sense for them") {
    Asking at;
    at.model.script({[](const Asked& asked, Wire& wire) {
        says(has(asked, "response_format") ? "blue, I think" : "blue")(asked, wire);
    }});
    const auto all = told(probe(at));
    CAPTURE(all);
    CHECK(all.find("lacks: the model was given a tool and answered in words") != std::string::npos);
    CHECK(all.find("lacks: answers as JSON: ") != std::string::npos);
    CHECK(all.find("lacks: the model was shown a red picture and said: blue") != std::string::npos);
}

TEST_CASE("what stands in the way is told, and what to do about it") {
    Asking at;
    at.options.key = Secret("sk-very-secret-key-0123");
    at.model.list_models("{}", "/elsewhere");
    at.model.script({refuses(401, R"({"error":{"message":"key sk-very-secret-key-0123 is unknown"}})")});
    const auto refused = probe(at);
    CHECK_FALSE(refused.good());
    const auto all = told(refused);
    CAPTURE(all);
    CHECK(all.find("has no list of models (404)") != std::string::npos);
    CHECK(all.find("fails: default does not answer: key sk-...0123 is unknown") != std::string::npos);
    CHECK(all.find("secret") == std::string::npos);

    at.options.profile = "colour=red";
    CHECK(told(probe(at)).find("fails: openai_profile: \"colour=red\"") != std::string::npos);
    at.options.profile.clear();
    at.options.base_url = "http://127.0.0.1:1/v1";
    CHECK(told(probe(at)).find("fails: http://127.0.0.1:1/v1 does not answer: ") == 0);
    at.options.base_url = "ftp://x";
    CHECK(told(probe(at)).find("fails: openai_base_url \"ftp://x\" is no address") == 0);
    at.options.base_url.clear();
    at.options.key = Secret();
    CHECK(told(probe(at)) == "fails: no language model is configured\n");
}

TEST_CASE("a server that lets everybody wait is given up in time") {
    Asking at;
    at.model.script({[](const Asked&, Wire& wire) {
        wire.begin();
        for (int i = 0; i < 200 && !wire.abandoned_within(50); ++i) wire.bytes(": ping\n\n");
        wire.cut();
    }});
    const auto started = std::chrono::steady_clock::now();
    std::promise<Probed> found;
    at.thread.run([&] {
        at.provider->probe(std::chrono::seconds(1), [&](Probed probed) { found.set_value(std::move(probed)); });
    });
    CHECK_FALSE(found.get_future().get().good());
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(5));
}
