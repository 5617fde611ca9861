// Meta's API as a script: each request gets the next answer, or waits until the test gives one.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "channels/cloud/graph.hpp"
#include "channels/cloud/token_source.hpp"
#include "channels/cloud/upload.hpp"
#include "support/fetching.hpp"

namespace parley::test {

struct ScriptedGraph {
    std::deque<net::ClientResult> answers;
    std::vector<net::ClientRequest> requests;
    std::vector<UniqueFunction<void(net::ClientResult)>> waiting;  // requests that found no answer

    channels::Exchange exchange() {
        return [this](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
            requests.push_back(std::move(request));
            if (answers.empty()) return waiting.push_back(std::move(done));
            net::ClientResult answer = std::move(answers.front());
            answers.pop_front();
            pour(requests.back(), answer);
            done(std::move(answer));
        };
    }

    static net::ClientResult answer(int status, std::string body) {
        net::ClientResponse response;
        response.status = status;
        response.body = std::move(body);
        return response;
    }
    void will_answer(int status, std::string body) { answers.push_back(answer(status, std::move(body))); }
    void answer_waiting(int status, std::string body) {
        REQUIRE_FALSE(waiting.empty());
        auto done = std::move(waiting.front());
        waiting.erase(waiting.begin());
        done(answer(status, std::move(body)));
    }
    std::string token_of(std::size_t request) const {
        return std::string(requests.at(request).headers.get("Authorization"));
    }
};

inline const std::string kRefusedToken =
    R"({"error":{"message":"Error validating access token","type":"OAuthException","code":190,"error_subcode":463}})";

// A token that is there, and another one for when it is refused; without another, an error.
class FixedToken final : public channels::TokenSource {
public:
    explicit FixedToken(std::string token, std::string other = "")
        : token_(std::move(token)), other_(std::move(other)) {}

    void get(Done done) override { done(Secret(token_)); }
    void refused(const Secret& token, const std::string& words, Done done) override {
        CHECK(token.reveal() == token_);
        refusals.push_back(words);
        if (other_.empty()) return done(make_error(Errc::unauthorized, "give the account a new token"));
        token_ = other_;
        done(Secret(other_));
    }

    std::vector<std::string> refusals;

private:
    std::string token_, other_;
};

class MapUploadCache final : public channels::UploadCache {
public:
    void find(const std::string& key, FindDone done) override {
        const auto found = ids.find(key);
        done(found == ids.end() ? std::nullopt : std::optional(found->second));
    }
    void remember(const std::string& key, const std::string& media_id, UnixMillis expires) override {
        ids[key] = media_id;
        expiry = expires;
    }
    void forget(const std::string& key) override { ids.erase(key); }

    std::map<std::string, std::string> ids;
    UnixMillis expiry = 0;
};

}  // namespace parley::test
