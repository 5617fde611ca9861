// One question that has one answer in one piece: sounds, pictures, vectors, verdicts. Tried again as chats are.
// [I/O thread]
#pragma once

#include <functional>
#include <memory>

#include "gpt/core.hpp"
#include "gpt/model.hpp"

namespace parley::gpt {

class ApiCall : public std::enable_shared_from_this<ApiCall> {
public:
    struct Plan {
        std::string model;  // that the question names; empty: the operator's choice
        // What was configured for this; empty: what the server is found to have is looked at.
        std::string Options::*configured;
        std::function<std::string(const Found&)> otherwise;
        // Called for each attempt, on another thread when the question has many bytes.
        std::function<net::ClientRequest(const Options&, const Endpoint&, const std::string& model, SteadyTime)> make;
        // Called when the request was refused: true, when make() will now make another one that may be taken.
        std::function<bool(const ProviderError&)> adapt;
        std::size_t bytes = 0;  // of what the question carries
        const char* what = "";  // "speech", for the words of an error
        bool charged = true;    // then it is not asked again after it may have been answered
    };

    ApiCall(std::shared_ptr<Core> core, Plan plan, SteadyTime deadline, Done<net::ClientResponse> done);

    // `done` is called later, by the deadline at the latest, with an answer 200.
    void start();

private:
    void prepare();
    void attempt();
    void send(net::ClientRequest request);
    void ended(net::ClientResult result);
    void failed(Failure failure);
    void finish(Outcome<net::ClientResponse> outcome);

    std::shared_ptr<Core> core_;
    Plan plan_;
    SteadyTime deadline_;
    Done<net::ClientResponse> done_;
    Executor::TimerId timer_ = 0;
    Options options_;
    Endpoint endpoint_;
    std::string model_;
    int attempts_ = 0;
    bool under_way_ = false;  // a question
    bool adapted_ = false;
};

inline ModelError in_doubt(ModelError error) {
    error.in_doubt = true;
    return error;
}

// Reads the answer with `read`, an Outcome<T>(const net::ClientResponse&), on another thread when it is large.
template <class T, class Read>
void ask(std::shared_ptr<Core> core, ApiCall::Plan plan, SteadyTime deadline, Read read, Done<T> done) {
    auto answered = [core, read = std::move(read),
                     done = std::move(done)](Outcome<net::ClientResponse> answer) mutable {
        if (!answer) return done(answer.error());
        const auto bytes = answer->body.size();
        core->away(
            bytes,
            [read = std::move(read), answer = std::move(*answer)] {
                Outcome<T> outcome = read(answer);
                if (outcome || is_web_page(answer.body)) return outcome;
                return Outcome<T>(in_doubt(outcome.error()));
            },
            [done = std::move(done)](Outcome<T> outcome) mutable { done(std::move(outcome)); });
    };
    std::make_shared<ApiCall>(std::move(core), std::move(plan), deadline, std::move(answered))->start();
}

}  // namespace parley::gpt
