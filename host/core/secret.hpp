// A password, token or key. It cannot be printed or logged by accident; reveal() is the one way to the text, so that
// every use can be found.
#pragma once

#include <string>
#include <utility>

namespace parley {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    const std::string& reveal() const { return text_; }
    bool empty() const { return text_.empty(); }

    // "sk-...9f2a": enough to recognise it, never enough to use it. Short secrets are hidden whole.
    std::string masked() const {
        if (text_.size() < 12) return text_.empty() ? "" : "****";
        return text_.substr(0, 3) + "..." + text_.substr(text_.size() - 4);
    }

    friend bool operator==(const Secret&, const Secret&) = delete;  // compare with crypto::equal_constant_time

private:
    std::string text_;
};

}  // namespace parley
