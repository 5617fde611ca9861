// Addresses, thoughts, schemas and errors: what needs no server.
#include <catch2/catch.hpp>

#include <boost/json/parse.hpp>

#include "gpt/discovery.hpp"
#include "gpt/endpoint.hpp"
#include "gpt/errors.hpp"
#include "gpt/json_schema.hpp"
#include "gpt/think.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::gpt;
using namespace std::chrono_literals;

TEST_CASE("an address of the API is found in all the ways that people write it") {
    const auto base = [](const char* text) { return parse_endpoint(text).value().base; };
    CHECK(base("") == "https://api.openai.com/v1");
    CHECK(base("https://api.openai.com") == "https://api.openai.com/v1");
    CHECK(base(" https://api.openai.com/v1/ ") == "https://api.openai.com/v1");
    CHECK(base("http://localhost:11434") == "http://localhost:11434/v1");
    CHECK(base("localhost:11434") == "http://localhost:11434/v1");
    CHECK(base("192.168.1.5:8080/v1") == "http://192.168.1.5:8080/v1");
    CHECK(base("[::1]:8080") == "http://[::1]:8080/v1");
    CHECK(base("api.groq.com/openai/v1") == "https://api.groq.com/openai/v1");
    CHECK(base("http://host:8000/v1/chat/completions") == "http://host:8000/v1");
    CHECK(base("http://host:8000/v1/chat/completions/") == "http://host:8000/v1");
    CHECK(base("http://host:8000/v1/v1") == "http://host:8000/v1");
    CHECK(base("http://host:8000/v1/models") == "http://host:8000/v1");
    CHECK(base("http://host:8000/v1?key=x") == "http://host:8000/v1");
    CHECK(base("HTTP://Host:8000//") == "http://host:8000/v1");

    CHECK(parse_endpoint("")->openai);
    CHECK(parse_endpoint("https://eu.api.openai.com/v1")->openai);
    CHECK_FALSE(parse_endpoint("https://api.openai.com.evil.example/v1")->openai);
    CHECK_FALSE(parse_endpoint("localhost:1")->path_known);
    CHECK(parse_endpoint("localhost:1/v1")->path_known);
    for (const char* bad : {"ftp://host", "http://", "http://user:pw@host/v1", "http://host:99999", "two words"}) {
        CAPTURE(bad);
        REQUIRE_FALSE(parse_endpoint(bad));
        CHECK(parse_endpoint(bad).error().message.find("openai_base_url") == 0);
    }
    const auto local = parse_endpoint("localhost:8080/v1").value();
    CHECK(same_origin(local, "http://localhost:8080/generated/x.png"));
    CHECK_FALSE(same_origin(local, "http://localhost:8081/x.png"));
    CHECK_FALSE(same_origin(local, "https://localhost:8080/x.png"));
}

TEST_CASE("lists of models") {
    const auto models = read_model_list(
        R"({"object":"list","data":[{"id":"/models/a.gguf","meta":{"n_ctx_train":4096}},{"id":"b","max_model_len":8192},{"x":1}]})");
    REQUIRE(models.size() == 2);
    CHECK(models[0].context == 4096);
    CHECK(models[1].context == 8192);
    CHECK(read_model_list("<html>").empty());
    Found found;
    found.models = {{"nomic-embed-text", 0}, {"whisper-large", 0}, {"llama3.2", 0}};
    CHECK(found.chat_model() == "llama3.2");
    CHECK(found.model_named({"embed"}, "x") == "nomic-embed-text");
    CHECK(Found{}.chat_model() == "default");
}

TEST_CASE("thoughts are not part of an answer") {
    CHECK(strip_thoughts("plain") == "plain");
    CHECK(strip_thoughts("<think>hm\n</think>\n\nyes ") == "yes");
    CHECK(strip_thoughts("  <think></think><think>b</think>yes") == "yes");
    CHECK(strip_thoughts("<thinking>a</thinking>yes") == "yes");
    CHECK(strip_thoughts("so it is...</think>yes") == "yes");
    CHECK(strip_thoughts("<think>never ends").empty());
    CHECK(strip_thoughts("The tag <think>x</think> hides it") == "The tag <think>x</think> hides it");
}

TEST_CASE("a value fits its schema or the path of what does not is told") {
    const auto why = [](const char* value, const char* schema) {
        return mismatch(boost::json::parse(value), boost::json::parse(schema)).value_or("");
    };
    const char* const person =
        R"({"type":"object","properties":{"name":{"type":"string","minLength":1},"age":{"type":["integer","null"],"minimum":0},
            "tags":{"type":"array","items":{"$ref":"#/$defs/tag"},"maxItems":2}},
            "required":["name"],"additionalProperties":false,"$defs":{"tag":{"enum":["a","b"]}}})";
    CHECK(why(R"({"name":"x","age":3,"tags":["a","b"]})", person).empty());
    CHECK(why(R"({"name":"x","age":null})", person).empty());
    CHECK(why("[]", person) == "the answer: is not of type \"object\"");
    CHECK(why("{}", person) == "the answer: lacks \"name\"");
    CHECK(why(R"({"name":""})", person) == "name: is too long or too short");
    CHECK(why(R"({"name":"x","age":1.5})", person) == "age: is not of type [\"integer\",\"null\"]");
    CHECK(why(R"({"name":"x","age":-1})", person) == "age: is out of range");
    CHECK(why(R"({"name":"x","tags":["a","c"]})", person) == R"(tags[1]: must be one of ["a","b"])");
    CHECK(why(R"({"name":"x","tags":["a","a","a"]})", person) == "tags: has too many or too few items");
    CHECK(why(R"({"name":"x","more":1})", person) == "more: must not be there");
    CHECK(why("3", R"({"anyOf":[{"type":"string"},{"const":3}]})").empty());
    CHECK_FALSE(why("4", R"({"anyOf":[{"type":"string"},{"const":3}]})").empty());
    // A schema that refers to itself ends.
    CHECK_FALSE(why("1", R"({"$ref":"#"})").empty());
    CHECK(why("1", R"({"$ref":"http://elsewhere/"})").empty());

    const char* const number = R"({"type":"object","required":["n"]})";
    CHECK(extract_json(R"({"n":1})", number).value() == R"({"n":1})");
    CHECK(extract_json("Here it is:\n```json\n{\"n\": 1}\n```\nDone.", number).value() == R"({"n":1})");
    CHECK_FALSE(extract_json("no json", number));
    CHECK_FALSE(extract_json("{}", number));

    const auto strict = [](const char* schema) { return is_strict(boost::json::parse(schema)); };
    CHECK(strict(
        R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})"));
    CHECK_FALSE(strict(R"({"type":"object","properties":{"a":{}},"required":[],"additionalProperties":false})"));
    CHECK_FALSE(strict(R"({"type":"array","items":{"type":"object","properties":{"a":{}}}})"));
}

TEST_CASE("errors come in many shapes") {
    const auto message = [](const char* body) { return read_error(400, body).message; };
    CHECK(message(R"({"error":{"message":"no","type":"t","param":null,"code":null}})") == "no");
    CHECK(message(R"({"error":"model 'x' not found"})") == "model 'x' not found");
    CHECK(message(R"({"detail":"Not Found"})") == "Not Found");
    CHECK(message(R"({"object":"error","message":"max_tokens","code":400})") == "max_tokens");
    CHECK(message("<html><head><title>502 Bad Gateway</title>") == "a web page instead of an answer: 502 Bad Gateway");
    CHECK(message("plain words\n") == "plain words");
    CHECK(message("") == "");
    CHECK(read_error(0, R"({"error":{"message":"x","code":503}})").status == 503);
    CHECK(read_error(0, R"({"error":{"message":"x","code":"rate_limit_exceeded"}})").status == 429);
    CHECK(read_error(400, R"({"error":{"code":400,"message":"x","type":"exceed_context_size_error"}})").code == "400");
}

TEST_CASE("what a refusal means") {
    const auto judge = [](int status, const char* body,
                          std::initializer_list<std::pair<const char*, const char*>> fields = {}) {
        net::Headers headers;
        for (const auto& [name, value] : fields) headers.set(name, value);
        return classify(read_error(status, body), headers, 1'692'853'305'000);
    };
    const auto is = [](const Failure& failure, Fault fault, bool retry) {
        return failure.error.fault == fault && failure.retry == retry;
    };
    CHECK(is(judge(429, R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})"), Fault::busy, true));
    CHECK(is(judge(429, R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})"),
             Fault::quota, false));
    CHECK(is(judge(401, R"({"error":{"message":"Incorrect API key provided"}})"), Fault::quota, false));
    CHECK(is(judge(400, R"({"error":{"message":"maximum context length is 8192","code":"context_length_exceeded"}})"),
             Fault::too_long, false));
    CHECK(is(judge(400, R"({"error":{"code":400,"type":"exceed_context_size_error","n_ctx":4096}})"), Fault::too_long,
             false));
    CHECK(is(judge(500, R"({"error":{"code":500,"message":"the request exceeds the available context size"}})"),
             Fault::too_long, false));
    CHECK(is(judge(400, R"({"error":{"message":"no","code":"content_filter"}})"), Fault::refused, false));
    CHECK(is(judge(400, R"({"error":{"message":"bad"}})"), Fault::invalid, false));
    CHECK(is(judge(404, "{}"), Fault::invalid, false));
    CHECK(is(judge(408, ""), Fault::away, true));
    CHECK(is(judge(409, ""), Fault::away, true));
    CHECK(is(judge(413, ""), Fault::too_long, false));
    CHECK(is(judge(422, ""), Fault::invalid, false));
    CHECK(is(judge(500, "<html>"), Fault::away, true));
    CHECK(is(judge(503, R"({"error":{"code":503,"message":"Loading model"}})"), Fault::busy, true));
    CHECK(is(judge(529, ""), Fault::busy, true));
    CHECK(is(judge(500, "", {{"X-Should-Retry", "false"}}), Fault::away, false));
    CHECK(is(judge(429, "", {{"Retry-After", "7"}}), Fault::busy, true));

    CHECK(judge(429, "", {{"Retry-After", "7"}}).wait == 7s);
    CHECK(judge(429, "", {{"Retry-After", "0.5"}}).wait == 500ms);
    CHECK(judge(429, "", {{"Retry-After-Ms", "250"}, {"Retry-After", "7"}}).wait == 250ms);
    CHECK(judge(429, "", {{"Retry-After", "Thu, 24 Aug 2023 05:01:55 GMT"}}).wait == 10s);
    for (const char* bad : {"", "soon", "-3", "nan", "6m0s", "Thu, 99 Aug"}) {
        CAPTURE(bad);
        CHECK_FALSE(judge(429, "", {{"Retry-After", bad}}).wait);
    }
}

TEST_CASE("attempts are few, spread, and within the time that is left") {
    Failure busy{{Fault::busy, "", {}}, true, {}};
    CHECK(next_attempt(busy, 1, 90s, 0) == 0ms);
    CHECK(next_attempt(busy, 1, 90s, 0.5) == 250ms);
    CHECK(next_attempt(busy, 2, 90s, 0.5) == 500ms);
    CHECK_FALSE(next_attempt(busy, 3, 90s, 0));
    CHECK_FALSE(next_attempt(busy, 1, 50ms, 0));
    busy.wait = 10s;
    CHECK(next_attempt(busy, 1, 90s, 0) == 10s);
    CHECK(next_attempt(busy, 1, 90s, 0.8) == 10'100ms);
    CHECK_FALSE(next_attempt(busy, 1, 9s, 0));
    busy.wait = 121s;
    CHECK_FALSE(next_attempt(busy, 1, 900s, 0));
    busy.wait.reset();
    busy.retry = false;
    CHECK_FALSE(next_attempt(busy, 1, 90s, 0));
}
