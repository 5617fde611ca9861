// However the bytes of a stream are cut, its events are the same, and none is over the limit. What they hold goes
// through the readers of both dialects, which must take anything.
#include <string>
#include <vector>

#include "gpt/reply.hpp"
#include "gpt/sse_parser.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley::gpt;
using parley::test::must;

void run(std::string_view bytes) {
    const SseLimits limits{.event = 512, .total = 4096};

    const auto read = [&](std::size_t step) {
        SseParser parser(limits);
        std::vector<std::string> events;
        const auto take = [&](std::string_view type, std::string_view text) {
            must(text.size() <= limits.event + 16);
            events.push_back(std::string(type) + '\0' + std::string(text));
        };
        bool fine = true;
        for (std::size_t at = 0; fine && at < bytes.size(); at += step)
            fine = parser.feed(bytes.substr(at, step), take).has_value();
        if (fine) (void)parser.finish(take);
        return std::pair(fine, events);
    };
    const auto whole = read(bytes.size() + 1), single = read(1), some = read(7);
    // Over the total, what came before it depends on the cut.
    if (bytes.size() <= limits.total) must(whole == single && whole == some);

    for (const auto* dialect : {&chat_completions(), &responses()}) {
        const auto reader = dialect->reader();
        SseParser parser(limits);
        (void)parser.feed(bytes, [&](std::string_view type, std::string_view text) { reader->event(type, text); });
        for (const auto& call : reader->reply.calls.take().calls) must(!call.id.empty() && !call.name.empty());
    }
}

}  // namespace

const parley::test::FuzzTarget parley::test::fuzz_target{
    run,
    {"data: {\"choices\":[]}\n\ndata: [DONE]\n\n",
     "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n"},
    {"data: ", "\n\n", "\r\n", "\r", ":", "event: error\n", "[DONE]", "{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
     R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]})",
     "{\"choices\":[{\"finish_reason\":\"stop\"}]}", "{\"error\":{\"message\":\"x\",\"code\":500}}",
     "{\"type\":\"response.output_text.delta\",\"delta\":\"x\"}",
     "{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"function_call\",\"id\":\"i\",\"name\":\"f\"}}",
     "{\"type\":\"response.completed\",\"response\":{\"output\":[],\"usage\":{}}}", "null", "\"", "\xC3",
     "\xEF\xBB\xBF"}};
