// Finds out by asking whether a language model is there and what it can do: the address, the key, the model, streams,
// tools, JSON, pictures. For people: the answer is in words. [I/O thread]
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gpt/core.hpp"
#include "gpt/model.hpp"

namespace parley::gpt {

struct Finding {
    enum class Kind {
        works,
        lacks,  // the model cannot do it, and the host does without
        fails,  // nothing can be asked, or not as it should be
    };
    Kind kind = Kind::works;
    std::string what;
    std::string advice;  // what to do about it; empty when it works
};

struct Probed {
    std::vector<Finding> findings;
    std::string base;     // of the API, as it was found
    std::string model;    // that answers
    std::string profile;  // what was learned, in the words that the setting openai_profile takes
    Usage usage;          // of the questions that were asked for this

    bool good() const;  // nothing fails
};

class Probe : public std::enable_shared_from_this<Probe> {
public:
    Probe(Model& model, std::shared_ptr<Core> core, SteadyTime deadline, UniqueFunction<void(Probed)> done);

    // Asks some five short questions, one after the other. `done` is called later, by the deadline or a little after.
    void start();

private:
    using Answer = Outcome<ChatAnswer>;

    void begin();
    void list_models();
    void listed(net::ClientResult result, bool second);
    void ask_words();
    void ask_for_tool();
    void ask_for_json();
    void show_picture();
    void finish();

    ChatRequest question(std::string text) const;
    void ask(ChatRequest request, void (Probe::*answered)(Answer));
    void words_came(Answer answer);
    void tool_came(Answer answer);
    void json_came(Answer answer);
    void picture_seen(Answer answer);

    void add(Finding::Kind kind, std::string what, std::string advice = {});
    // It went on without what it was to do: `what` is missing, for the reason that the error tells.
    void add_missing(const std::string& what, const Answer& answer);
    void charge(const Answer& answer);
    Profile profile() const;

    Model& model_;
    std::shared_ptr<Core> core_;
    SteadyTime deadline_;
    UniqueFunction<void(Probed)> done_;
    Options options_;
    Endpoint endpoint_;
    std::chrono::milliseconds took_{0};
    Probed probed_;
};

}  // namespace parley::gpt
