#include "gpt/think.hpp"

#include <array>

#include "core/text.hpp"

namespace parley::gpt {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> tags{
    {{"<think>", "</think>"}, {"<thinking>", "</thinking>"}, {"<reasoning>", "</reasoning>"}}};

}  // namespace

std::string strip_thoughts(std::string_view text) {
    text = text::trim(text);
    for (bool again = true; again;) {
        again = false;
        for (const auto& [open, close] : tags) {
            if (!text.starts_with(open)) continue;
            const auto end = text.find(close);
            if (end == std::string_view::npos) return {};
            text = text::trim(text.substr(end + close.size()));
            again = true;
        }
    }
    // Templates that put the opening tag into the prompt: only the closing one comes back.
    const auto [open, close] = tags[0];
    const auto end = text.find(close);
    if (end != std::string_view::npos && text.substr(0, end).find(open) == std::string_view::npos)
        text = text::trim(text.substr(end + close.size()));
    return std::string(text);
}

}  // namespace parley::gpt
