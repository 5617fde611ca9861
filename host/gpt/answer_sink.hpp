// Takes the body of an answer as it comes and has it read: a stream of events, or one piece of JSON from a server that
// does not stream. [I/O thread]
#pragma once

#include <functional>

#include "gpt/reply.hpp"
#include "gpt/sse_parser.hpp"
#include "net/client.hpp"

namespace parley::gpt {

class AnswerSink final : public net::BodySink {
public:
    // `progressed` is called after each piece.
    AnswerSink(std::unique_ptr<ReplyReader> reader, std::function<void()> progressed)
        : reader_(std::move(reader)), progressed_(std::move(progressed)) {}

    std::size_t worth() const override { return 1; }
    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override;

    // The body is over. False when it was neither a stream nor JSON: `raw()` is what it was then.
    bool finish();

    bool streamed() const { return form_ == Form::events; }
    Reply& reply() { return reader_->reply; }
    const std::string& raw() const { return raw_; }

private:
    enum class Form { unknown, events, json, other };
    static constexpr std::size_t most_bytes = 8 << 20;  // of JSON
    static constexpr std::size_t most_other = 4 << 10;  // of something else, for the log

    Result<void> take(std::string_view bytes);
    static Form form_of(std::string_view begin);

    std::unique_ptr<ReplyReader> reader_;
    std::function<void()> progressed_;
    Form form_ = Form::unknown;
    SseParser events_;
    std::string raw_;
};

}  // namespace parley::gpt
