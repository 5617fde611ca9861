// The parameters of one webhook. Internal to the decoder. A plain value.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "net/form.hpp"

namespace parley::channels {

class TwilioForm {
public:
    explicit TwilioForm(net::FormFields fields) : fields_(std::move(fields)) {}

    // The first one of that name; empty when there is none.
    std::string_view get(std::string_view name) const {
        const auto at = std::find_if(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == name; });
        return at == fields_.end() ? std::string_view() : std::string_view(at->second);
    }
    std::string_view get(std::string_view name, std::size_t number) const {
        return get(std::string(name) + std::to_string(number));
    }
    const net::FormFields& all() const { return fields_; }

private:
    net::FormFields fields_;
};

}  // namespace parley::channels
