// A finding of Channel::probe(), for `parley account test`. A plain value.
#pragma once

#include <string>

namespace parley::channels {

struct ProbeLine {
    bool ok = false;
    std::string what;    // "the credentials are accepted (account Acme, active)"
    std::string advice;  // what to do about it; empty when it is ok
};

}  // namespace parley::channels
