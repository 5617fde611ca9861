// However the bytes of a stream are cut, its events are the same, and none is over the limit. What they hold goes
// through the readers of both dialects, which must take anything.
#include <string>
#include <vector>

#include "gpt/reply.hpp"
#include "gpt/sse_parser.hpp"
#include "net/fuzz/entry.hpp"

PARLEY_FUZZ_ENTRY(sse) {
    using namespace parley::gpt;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const SseLimits limits{.event = 512, .total = 4096};

    const auto run = [&](std::size_t step) {
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
    const auto whole = run(size + 1), single = run(1), some = run(7);
    // Over the total, what came before it depends on the cut.
    if (size <= limits.total) must(whole == single && whole == some);

    for (const auto* dialect : {&chat_completions(), &responses()}) {
        const auto reader = dialect->reader();
        SseParser parser(limits);
        (void)parser.feed(bytes, [&](std::string_view type, std::string_view text) { reader->event(type, text); });
        for (const auto& call : reader->reply.calls.take().calls) must(!call.id.empty() && !call.name.empty());
    }
    return 0;
}
