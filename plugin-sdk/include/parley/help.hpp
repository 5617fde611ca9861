// What the host's help shows of a command.
#pragma once

#include <string>
#include <vector>

namespace parley {

// One way to use a command.
struct Usage {
    std::string arguments;              // "-a [number] [number] ...", empty for none
    std::string description;            // "Add admins."
    std::vector<std::string> examples;  // arguments only: "-a 923201234567"
};

struct Help {
    std::string description;  // one line
    std::vector<Usage> usages;
    std::string note;  // closing line, may be empty
};

}  // namespace parley
