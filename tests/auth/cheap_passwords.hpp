// What passwords cost in tests.
#pragma once

#include "auth/passwords.hpp"

namespace parley::test {

// The least that libsodium takes, so that tests are quick.
inline auth::PasswordCost cheap_passwords() {
    auth::PasswordCost cost;
    cost.passes = 1;
    cost.memory = 8192;
    return cost;
}

}  // namespace parley::test
