// One question to a chat model, with all that it takes to get an answer: finding the model, asking in words that it
// understands, trying again, having JSON mended. [I/O thread]
#pragma once

#include <memory>
#include <set>

#include "gpt/answer_sink.hpp"
#include "gpt/core.hpp"
#include "gpt/model.hpp"

namespace parley::gpt {

class ChatTask : public std::enable_shared_from_this<ChatTask> {
public:
    ChatTask(std::shared_ptr<Core> core, ChatRequest request, Done<ChatAnswer> done);

    // `done` is called later, by the deadline at the latest.
    void start();

private:
    void prepare();
    void found(const Found& found);
    void attempt();
    void send(std::string body);
    Profile asked_by() const;
    void progressed(int exchange);
    void ended(int exchange, const net::ClientResult* result);
    void refused(const net::ClientResponse& response);
    void settled(bool broken);
    void learn_tokens(const Reply& reply);
    void answered(ChatAnswer answer);
    void mend(const std::string& answer, const std::string& what);
    void failed(Failure failure);
    void time_is_up();
    bool adapt(const ProviderError& error);
    void finish(Outcome<ChatAnswer> outcome);
    void spend(const Usage& usage);
    int most_of_an_answer() const;
    bool may_ask_again(std::int64_t more_input = 0) const;

    std::shared_ptr<Core> core_;
    ChatRequest request_;
    Done<ChatAnswer> done_;  // empty once it is called
    SteadyTime deadline_;
    Executor::TimerId timer_ = 0;

    Options options_;
    Endpoint endpoint_;
    std::string model_;
    Profile profile_;

    std::shared_ptr<AnswerSink> sink_;  // of the exchange under way
    int exchange_ = 0;                  // its number: what others still bring is not heard
    int attempts_ = 0;
    bool lingering_ = false;
    bool mended_ = false;
    std::set<std::string> learned_;
    Usage spent_;                  // by exchanges that brought no answer
    std::int64_t next_input_ = 0;  // what another attempt takes at most; 0: nothing was spent yet
};

}  // namespace parley::gpt
