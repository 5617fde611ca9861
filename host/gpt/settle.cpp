#include "gpt/settle.hpp"

#include "core/ids.hpp"
#include "gpt/think.hpp"

namespace parley::gpt {
namespace {

Failure empty_handed(const Reply& reply, std::size_t damaged) {
    if (reply.end == Reply::End::length) {
        return {{Fault::invalid, "the model used up its limit of tokens before it said anything: allow it more", {}},
                false,
                {}};
    }
    if (damaged > 0) return {{Fault::away, "the model called a tool in a way that makes no sense", {}}, true, {}};
    return {
        {Fault::away, "the model answered with nothing; the question may be longer than its context", {}}, true, {}};
}

}  // namespace

Usage usage_of(const Reply& reply, const ChatRequest& request, const TokenScale& scale) {
    Usage usage;
    if (reply.usage) usage = *reply.usage;
    if (!reply.usage && !reply.begun()) return usage;
    if (usage.input_tokens == 0) {  // some count only what was not in their cache
        usage.input_tokens = scale.estimate(request);
        usage.estimated = true;
    }
    if (usage.output_tokens == 0 && reply.begun()) {
        const auto other = reply.thought_bytes + reply.calls.bytes();
        usage.output_tokens = scale.estimate(reply.text) + scale.estimate(reply.refusal) +
                              static_cast<std::int64_t>((other * 10 + 31) / 32);
        usage.estimated = true;
    }
    return usage;
}

std::variant<ChatAnswer, Failure> settle(Reply& reply, const ChatRequest& request, const std::string& asked_model,
                                         const TokenScale& scale, bool broken) {
    const auto usage = usage_of(reply, request, scale);
    const bool cut = reply.end == Reply::End::none && (broken || !reply.over);
    ChatAnswer answer;
    answer.text = strip_thoughts(reply.text);
    answer.model = reply.model.empty() ? asked_model : reply.model;
    answer.usage = usage;
    answer.truncated = reply.end == Reply::End::length || cut || reply.error.has_value();

    const auto failed = [&usage](Failure failure) -> std::variant<ChatAnswer, Failure> {
        failure.error.usage = usage;
        return failure;
    };
    if (reply.error) {
        auto failure = classify(*reply.error, {}, unix_now());
        if (answer.text.empty() || failure.error.fault == Fault::refused) return failed(std::move(failure));
        reply.calls.take();
        return answer;
    }
    if (reply.end == Reply::End::filtered)
        return failed({{Fault::refused, "the provider's filter stopped the answer", {}}, false, {}});
    if (answer.text.empty() && !reply.refusal.empty()) return failed({{Fault::refused, reply.refusal, {}}, false, {}});

    // Of a broken stream nobody knows which calls were still to come, or what they were to depend on.
    auto calls = reply.calls.take();
    if (!cut) answer.tool_calls = std::move(calls.calls);
    if (answer.tool_calls.empty() && answer.text.empty()) return failed(empty_handed(reply, calls.damaged));
    return answer;
}

}  // namespace parley::gpt
