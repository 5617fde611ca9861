// What the language model is told: who it is, to whom it talks, what there was before, what is said now. Pure. [any
// thread]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/store/conversations.hpp"
#include "gpt/model.hpp"
#include "services/phone_zone.hpp"

namespace parley::talk {

inline constexpr std::string_view default_system_prompt =
    "You are a helpful assistant in a WhatsApp chat. Answer briefly, in the language in which you are written to.";

struct Setting {
    std::string system_prompt;  // the operator's; empty: the default
    std::string name;           // of the person, as they call themselves
    bool in_group = false;
    std::string zone;
    services::LocalTime now;  // there
    std::string help;         // of all commands that they may see, see pipeline/help.hpp
    std::string summary;      // of what is older than the window
};

std::string system_text(const Setting& setting);

// Text of others, marked as such: a document, a quotation. The model is told in system_text() what the marks mean.
std::string fenced(std::string_view title, std::string_view text);

// Of a text at most so many tokens, with a note when something is left out.
std::string shortened(std::string_view text, std::int64_t tokens, const gpt::TokenScale& scale = {});

struct Budget {
    std::size_t turns = 5;
    std::int64_t tokens = 6'000;
    gpt::TokenScale scale{};  // of the model
};

// The newest turns that fit, oldest first: never more than the budget, never half a turn.
std::vector<gpt::ChatMessage> window(const std::vector<db::PastTurn>& turns, const Budget& budget);

// Up to which of the turns they should go into a summary now, as a count of the oldest: none while those that are in no
// summary fill the window to less than 70 %, else all but the newest third, as far as they fit into one window.
std::size_t to_summarise(const std::vector<db::PastTurn>& turns, const Budget& budget);

// Text that can be stored and shown, whatever it was: broken UTF-8 and U+0000 become "?".
std::string clean(std::string text);

}  // namespace parley::talk
