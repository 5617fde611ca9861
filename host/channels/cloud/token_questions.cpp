#include "channels/cloud/token_questions.hpp"

#include <utility>

namespace parley::channels {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStoreDeadline{10'000};

}  // namespace

TokenQuestions::TokenQuestions(const CloudConfig& config, Exchange send, std::shared_ptr<TokenStore> store,
                               Executor& executor, TokenKeeper::Clock now)
    : config_(config),
      graph_(config),
      send_(std::move(send)),
      store_(std::move(store)),
      executor_(executor),
      now_(std::move(now)) {}

template <class T>
UniqueFunction<void(T)> TokenQuestions::within(milliseconds deadline, T late, UniqueFunction<void(T)> done) {
    struct Question {
        UniqueFunction<void(T)> done;
        Executor::TimerId timer = 0;
    };
    const auto question = std::make_shared<Question>(Question{std::move(done), 0});
    const auto answer = [question](T value) {
        if (!question->done) return;
        UniqueFunction<void(T)> answered = std::exchange(question->done, nullptr);
        answered(std::move(value));
    };
    question->timer = executor_.after(deadline, [answer, late = std::move(late)] { answer(late); });
    return [answer, question, &executor = executor_](T value) {
        executor.cancel(std::exchange(question->timer, 0));
        answer(std::move(value));
    };
}

void TokenQuestions::load(UniqueFunction<void(Result<StoredToken>)> done) {
    const Error late = make_error(Errc::timeout, "the stored token could not be read in time");
    store_->load(within<Result<StoredToken>>(kStoreDeadline, late, std::move(done)));
}

void TokenQuestions::store(const StoredToken& token, UniqueFunction<void(Result<void>)> done) {
    const Error late = make_error(Errc::timeout, "the new token could not be stored in time");
    store_->store(token, within<Result<void>>(kStoreDeadline, late, std::move(done)));
}

void TokenQuestions::ask_meta(net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
    const net::ClientError late{make_error(Errc::timeout, "no answer in time"), net::Progress::in_doubt};
    const milliseconds deadline{request.timeout_ms + 1'000};
    send_(std::move(request), within<net::ClientResult>(deadline, late, std::move(done)));
}

void TokenQuestions::exchange(const StoredToken& old, UniqueFunction<void(Result<StoredToken>)> done) {
    ask_meta(exchange_request(graph_, config_, old),
             [old, now = now_, done = std::move(done)](const net::ClientResult& answer) mutable {
                 done(read_exchange_answer(answer, old, now()));
             });
}

void TokenQuestions::debug(const StoredToken& token, UniqueFunction<void(Result<StoredToken>)> done) {
    ask_meta(debug_request(graph_, config_, token.token),
             [token, done = std::move(done)](const net::ClientResult& answer) mutable {
                 done(read_debug_answer(answer, token));
             });
}

}  // namespace parley::channels
