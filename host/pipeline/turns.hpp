// Answers plain words. The pipeline knows that somebody does, and no more; host/talk is who.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "core/unique_function.hpp"
#include "services/call.hpp"

namespace parley::pipeline {

// One message of plain words, after preprocess: its own text is what was typed, `words` what is left of it.
struct Utterance {
    Inbound message;
    std::string words;
};

// What one answer is to: messages of one person that came one after another in one chat.
struct Conversation {
    std::vector<Utterance> said;
    services::Collected collected;  // by the hooks that saw these messages
};

class Turns {
public:
    virtual ~Turns() = default;

    // [any thread] Is there anybody to answer? If not, the bot gives a hint.
    virtual bool ready() const = 0;

    // [I/O thread] How long a chat has to be quiet before its words are answered, and how long that may put off the
    // answer.
    struct Pause {
        std::chrono::milliseconds quiet{1'500};
        std::chrono::milliseconds longest{6'000};
    };
    virtual Pause pause(const Utterance& first) const = 0;

    struct Answer {
        Effects effects;     // of everything: those collected before are among them
        bool again = false;  // the database was away: ask once more from the start, after a while
    };
    // [I/O thread] `done` is called once, on the I/O thread, never from inside the call, after a bounded time. Holds no
    // thread meanwhile.
    virtual void answer(Conversation conversation, UniqueFunction<void(Answer)> done) = 0;
};

}  // namespace parley::pipeline
