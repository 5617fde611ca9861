#include "parley/abi/services/gpt.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "plugins/handler_pool.hpp"
#include "services/gpt_json.hpp"
#include "services/gpt_usage.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

using namespace std::chrono_literals;

// The model promises an answer by the deadline; this is for a loop that is behind.
constexpr auto grace = 5s;
constexpr auto longest = 180s;

// Shared by the waiting handler and the I/O thread, so that either may be the last to leave.
template <class T>
struct Waiting {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<gpt::Outcome<T>> outcome;
};

gpt::Asker asker_of(const parley_call& call) {
    gpt::Asker asker;
    asker.kind = gpt::Asker::Kind::plugin;
    asker.plugin = call.plugin;
    if (const auto* message = call.state.message) {
        asker.account = message->account;
        asker.chat = message->chat;
        asker.user = message->sender;
        asker.message = message->id;
    }
    return asker;
}

// Asks on the I/O thread and waits here.
template <class T, class Request>
gpt::Outcome<T> wait_for(parley_call* call, Request request, void (gpt::Model::*ask)(Request, gpt::Done<T>)) {
    const auto now = std::chrono::steady_clock::now();
    auto deadline = std::min(call->state.patience(), now + longest);
    if (request.deadline != SteadyTime{}) deadline = std::min(deadline, request.deadline);
    request.asker = asker_of(*call);
    request.deadline = deadline;
    auto waiting = std::make_shared<Waiting<T>>();
    auto& with = call->services.with();
    with.executor.post([waiting, &model = with.model, ask, request = std::move(request)]() mutable {
        (model.*ask)(std::move(request), [waiting](gpt::Outcome<T> outcome) {
            std::lock_guard lock(waiting->mutex);
            waiting->outcome.emplace(std::move(outcome));
            waiting->arrived.notify_one();
        });
    });
    plugins::HandlerPool::BlockingSection blocked;
    std::unique_lock lock(waiting->mutex);
    if (!waiting->arrived.wait_until(lock, deadline + grace, [&] { return waiting->outcome.has_value(); }))
        return gpt::ModelError{gpt::Fault::timeout, "the language model did not answer in time", {}};
    return std::move(*waiting->outcome);
}

// As conversations show it to the model: small, and without hidden data.
Result<gpt::Image> picture(parley_call* call, const Media& stored) {
    const auto deadline = std::min(call->state.patience(), std::chrono::steady_clock::now() + longest);
    const auto made = std::make_shared<std::promise<Result<std::string>>>();
    auto waiting = made->get_future();
    call->services.with().pictures.shrink(stored,
                                          [made](Result<std::string> jpeg) { made->set_value(std::move(jpeg)); });
    plugins::HandlerPool::BlockingSection blocked;
    if (waiting.wait_until(deadline) != std::future_status::ready)
        return make_error(Errc::timeout, "the picture could not be made smaller in time");
    auto jpeg = waiting.get();
    if (!jpeg) return jpeg.error();
    return gpt::Image{"image/jpeg", std::move(*jpeg)};
}

parley_status fail_with(parley_call* call, const gpt::ModelError& error) {
    switch (error.fault) {
        case gpt::Fault::not_configured:
            return call->fail(PARLEY_NOT_CONFIGURED, "no language model is configured on this host");
        case gpt::Fault::too_long:
            return call->fail(PARLEY_TOO_LARGE, error.message);
        case gpt::Fault::busy:
        case gpt::Fault::away:
        case gpt::Fault::quota:
            return call->fail(PARLEY_UNAVAILABLE, error.message);
        case gpt::Fault::timeout:
            return call->fail(PARLEY_TIMEOUT, error.message);
        case gpt::Fault::invalid:
            return call->fail(PARLEY_INVALID, error.message);
        case gpt::Fault::unsupported:
            return call->fail(PARLEY_UNSUPPORTED, error.message);
        default:  // refused, and what the guards in front of the model say: words for the user
            return call->fail(PARLEY_DENIED, error.message);
    }
}

parley_status fail_with(parley_call* call, const Error& error) {
    return call->fail(to_status(error.code), error.message);
}

// The way of every function here: read what is asked, ask, answer. `answer` puts into the sink.
template <class T, class Request, class Answer>
parley_status run(parley_call* call, Result<Request> request, void (gpt::Model::*ask)(Request, gpt::Done<T>),
                  Answer answer) {
    if (!request) return fail_with(call, request.error());
    auto outcome = wait_for<T>(call, std::move(*request), ask);
    if (!outcome) return fail_with(call, outcome.error());
    return answer(*outcome);
}

parley_status store(parley_call* call, const std::string& bytes, const std::string& mime, parley_sink reference) {
    plugins::HandlerPool::BlockingSection blocked;
    const auto kept = call->services.with().media.put(bytes, mime);
    if (!kept) return fail_with(call, kept.error());
    put(reference, kept->stored);
    return PARLEY_OK;
}

parley_status chat(parley_call* call, parley_str request, parley_sink answer) {
    return guarded(call, [&] {
        auto asked = chat_request_from(view(request), call->services.with().media,
                                       [call](const Media& stored) { return picture(call, stored); });
        return run<gpt::ChatAnswer>(call, std::move(asked), &gpt::Model::chat,
                                    [&](const gpt::ChatAnswer& given) -> parley_status {
                                        put(answer, to_json(given));
                                        return PARLEY_OK;
                                    });
    });
}

parley_status transcribe(parley_call* call, parley_str request, parley_sink answer) {
    return guarded(call, [&] {
        return run<gpt::Transcript>(call, transcribe_request_from(view(request), call->services.with().media),
                                    &gpt::Model::transcribe, [&](const gpt::Transcript& given) -> parley_status {
                                        put(answer, to_json(given));
                                        return PARLEY_OK;
                                    });
    });
}

parley_status speak(parley_call* call, parley_str request, parley_sink reference) {
    return guarded(call, [&] {
        return run<gpt::Audio>(
            call, speak_request_from(view(request)), &gpt::Model::speak,
            [&](const gpt::Audio& given) { return store(call, given.bytes, given.mime, reference); });
    });
}

parley_status draw(parley_call* call, parley_str request, parley_sink reference) {
    return guarded(call, [&] {
        return run<gpt::Image>(call, draw_request_from(view(request)), &gpt::Model::draw, [&](const gpt::Image& given) {
            return store(call, given.bytes, given.mime, reference);
        });
    });
}

parley_status embed(parley_call* call, parley_str request, parley_sink answer) {
    return guarded(call, [&] {
        return run<gpt::Embeddings>(call, embed_request_from(view(request)), &gpt::Model::embed,
                                    [&](const gpt::Embeddings& given) -> parley_status {
                                        put(answer, to_json(given));
                                        return PARLEY_OK;
                                    });
    });
}

parley_status moderate(parley_call* call, parley_str request, parley_sink answer) {
    return guarded(call, [&] {
        return run<gpt::Verdict>(call, moderate_request_from(view(request)), &gpt::Model::moderate,
                                 [&](const gpt::Verdict& given) -> parley_status {
                                     put(answer, to_json(given));
                                     return PARLEY_OK;
                                 });
    });
}

constexpr parley_gpt table{sizeof(parley_gpt), chat, transcribe, speak, draw, embed, moderate, gpt_usage};

}  // namespace

const void* const gpt_table = &table;

}  // namespace parley::services
