// How the operator of the machine gets in without a password: a code that is printed when the host starts and works
// once. 128 random bits, in memory: a restart prints a new one. [I/O thread]
#pragma once

#include <string>
#include <string_view>

namespace parley::auth {

class SignInCode {
public:
    SignInCode();

    // The code to print. Empty once it has been used.
    const std::string& text() const { return text_; }

    // Is this the code? It is spent then.
    bool spend(std::string_view text);

private:
    std::string text_;
};

}  // namespace parley::auth
