// Whatever a server answers with, reading it comes to an end, and what is told of it can be stored and shown: errors,
// lists of models, JSON that should fit a schema, thoughts, addresses, what an operator says of a server.
#include <string>

#include <boost/json.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "gpt/discovery.hpp"
#include "gpt/endpoint.hpp"
#include "gpt/errors.hpp"
#include "gpt/json_schema.hpp"
#include "gpt/profile.hpp"
#include "gpt/reply.hpp"
#include "gpt/think.hpp"
#include "gpt/tokens.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley;
using namespace parley::gpt;
using test::must;

void run(std::string_view bytes) {
    for (const int status : {0, 200, 400, 500}) {
        const auto error = read_error(status, bytes);
        must(text::is_storable(error.message) && error.message.size() <= 300);
        Profile profile;
        while (learn(profile, error)) {
        }
        net::Headers headers;
        const auto failure = classify(error, headers, 1'692'853'305'000);
        must(!failure.error.message.empty());
    }
    for (const auto& model : read_model_list(bytes)) must(!model.id.empty());
    must(strip_thoughts(bytes).size() <= bytes.size());
    must(estimate_tokens(bytes) <= static_cast<std::int64_t>(bytes.size()));
    (void)parse_endpoint(bytes);
    Profile profile;
    (void)apply_override(profile, bytes);

    // The first line is a schema, the rest an answer that should fit it.
    const auto line = std::min(bytes.find('\n'), bytes.size());
    const auto schema = bytes.substr(0, line);
    const auto rest = bytes.substr(std::min(line + 1, bytes.size()));
    if (const auto fitting = extract_json(rest, schema)) must(extract_json(*fitting, schema).has_value());
    (void)is_strict(schema_object(schema));
    for (const auto* dialect : {&chat_completions(), &responses()})
        if (const auto whole = parse_json(bytes); whole && whole->is_object()) dialect->reader()->whole(*whole);
}

}  // namespace

const test::FuzzTarget test::fuzz_target{
    run,
    {"{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"enum\":[1,\"a\"]}}}\n{\"n\":1}",
     "{\"error\":{\"message\":\"stream_options max_tokens tools stream not supported\",\"code\":400}}",
     "{\"data\":[{\"id\":\"a\",\"context_length\":4096},{\"id\":\"b\",\"meta\":{\"n_ctx\":-1}}]}",
     "{\"choices\":[{\"message\":{\"content\":\"<think>x</think>y\"},\"finish_reason\":\"stop\"}],\"usage\":{}}",
     "{\"output\":[{\"type\":\"function_call\",\"id\":\"i\",\"name\":\"f\",\"arguments\":\"{}\"}]}",
     "http://host:8080/v1/chat/completions?key=x"},
    {"null", "\"", "{", "}", "[", "]", "<think>", "</think>", "```json\n",
     "{\"error\":", "\"message\":", "\"code\":", "\"type\":", "1e400", "\xC3", "\xEF\xBB\xBF", "tools=off", "\n"},
    5'000};
