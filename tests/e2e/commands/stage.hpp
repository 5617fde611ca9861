// The stage of e2e_commands: started when the first test case asks for it.
#pragma once

#include "support/stage.hpp"

namespace parley::e2e {

Stage& stage();

inline std::string not_found(const std::string& command, const std::string& slash = "/") {
    return "Command `" + command + "` not found. Write `" + slash + "help` (or `" + slash +
           "admin help` if you are an admin) to see available commands.";
}

}  // namespace parley::e2e
