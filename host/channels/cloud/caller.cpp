#include "channels/cloud/caller.hpp"

namespace parley::channels {

namespace {

net::ClientError not_sent(Error error) {
    return {std::move(error), net::Progress::not_sent};
}

// The words of a refusal, whatever made it.
std::string refusal_of(const net::ClientResult& answer) {
    const GraphError error = read_graph_error(answer->body);
    return error.present ? to_words(error) : "HTTP " + std::to_string(answer->status);
}

}  // namespace

void CloudCaller::exchange(const Make& make, const Secret& token, Done done) {
    Result<net::ClientRequest> request = make(graph_, token);
    if (!request) return done(not_sent(request.error()));
    exchange_(std::move(*request), std::move(done));
}

void CloudCaller::call(Make make, Done done) {
    tokens_->get([self = shared_from_this(), make = std::move(make),
                  done = std::move(done)](Result<Secret> token) mutable {
        if (!token) return done(not_sent(token.error()));
        self->exchange(
            make, *token, [self, make, token = *token, done = std::move(done)](net::ClientResult answer) mutable {
                if (!is_token_refused(answer)) return done(std::move(answer));
                const std::string words = refusal_of(answer);
                self->tokens_->refused(
                    token, words, [self, make = std::move(make), done = std::move(done)](Result<Secret> other) mutable {
                        if (!other) return done(not_sent(other.error()));
                        self->exchange(make, *other, std::move(done));
                    });
            });
    });
}

void CloudCaller::call_once(Make make, Done done) {
    tokens_->get(
        [self = shared_from_this(), make = std::move(make), done = std::move(done)](Result<Secret> token) mutable {
            if (!token) return done(not_sent(token.error()));
            self->exchange(make, *token, std::move(done));
        });
}

}  // namespace parley::channels
