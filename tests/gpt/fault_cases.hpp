// One thing that goes wrong, or nearly, between here and a model, and what becomes of the question.
#pragma once

#include <initializer_list>
#include <vector>

#include "gpt/mock_model.hpp"

namespace parley::test {

struct FaultCase {
    const char* name;
    std::deque<MockModel::Talk> talks;
    std::string text;                     // of the answer; empty: there is none
    gpt::Fault fault = gpt::Fault::away;  // of the failure
    std::size_t asked = 1;                // how often the model was asked
    bool truncated = false;
    std::pair<std::int64_t, std::int64_t> charge{11, 7};  // of tokens; -1: some, by estimate
};

inline MockModel::Talk talk(std::function<void(Wire&)> body) {
    return [body = std::move(body)](const Asked&, Wire& wire) { body(wire); };
}

inline MockModel::Talk events(std::initializer_list<std::string> list) {
    return [list = std::vector<std::string>(list)](const Asked&, Wire& wire) {
        wire.begin();
        for (const auto& one : list) wire.event(one);
        wire.end();
    };
}

inline const std::pair<std::int64_t, std::int64_t> nothing{0, 0}, estimated{-1, -1};

inline void check_charge(const FaultCase& one, const gpt::Usage& usage) {
    if (one.charge.first < 0) {
        CHECK(usage.estimated);
        CHECK(usage.input_tokens > 0);
        CHECK(usage.output_tokens > 0);
    } else {
        CHECK(usage.input_tokens == one.charge.first);
        CHECK(usage.output_tokens == one.charge.second);
    }
}

}  // namespace parley::test
