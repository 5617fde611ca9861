// One command of a plugin that has several, see Plugin::commands().
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "context.hpp"
#include "help.hpp"

namespace parley {

struct Command {
    std::string name;  // [a-z0-9_-]{1,32}
    Help help;
    std::function<void(Context&)> handle;
    bool admin = false;                     // only by admins, behind the admin prefix
    bool internal = false;                  // works, but is not listed in /help
    bool serial = false;                    // one at a time: of these, on_timer() and on_hook()
    std::chrono::milliseconds deadline{0};  // 0: the host's default
    // Whatever its arguments, it reaches others or cannot be undone: when the language model wants to run it, the
    // person is asked first. Typed by the person it runs at once. Where that depends on the arguments, see
    // Context::confirm().
    bool confirm = false;
};

}  // namespace parley
