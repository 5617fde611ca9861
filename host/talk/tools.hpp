// Commands as tools of the language model, made from what plugins tell about them. Pure. [any thread]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "gpt/model.hpp"
#include "plugins/runtime.hpp"

namespace parley::talk {

// May the model run it at all? Never a command for admins, whoever asks, nor an internal one.
bool is_offered(const plugins::CommandInfo& command);

// What is offered at a moment. Shared by all turns that began then.
struct Offer {
    std::vector<plugins::CommandInfo> commands;  // all there are
    // One for each command that is offered, of the command's name, with one parameter "arguments": what people type
    // behind the command.
    std::vector<gpt::Tool> tools;

    explicit Offer(std::vector<plugins::CommandInfo> all);
    // Among those that are offered; null: there is none.
    const plugins::CommandInfo* find(std::string_view name) const;
};

// The arguments in the JSON that a model wrote, checked against how the command is used: nothing but the one parameter,
// text that can be stored, none for a command that takes none, and only options that its usages name. Errc::invalid
// with words for the model.
Result<std::string> arguments_from(const plugins::CommandInfo& command, std::string_view json);

}  // namespace parley::talk
