#include "support/contract.hpp"

#include <stdexcept>
#include <vector>

namespace parley::e2e {
namespace {

// Without an empty one at the end: a slash there makes no difference.
std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> found;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto slash = std::min(path.find('/'), path.size());
        found.push_back(path.substr(0, slash));
        path.remove_prefix(slash);
    }
    if (!found.empty() && found.back().empty()) found.pop_back();
    return found;
}

}  // namespace

const api::Contract& contract() {
    static const api::Contract one;
    return one;
}

const api::Operation* operation_of(const std::string& method, std::string_view target) {
    const auto asked = segments(target.substr(0, target.find('?')));
    const api::Operation* best = nullptr;
    std::size_t fewest = 0;
    for (const auto& one : contract().operations()) {
        const auto pattern = segments(one.path);
        if (one.method != method || pattern.size() != asked.size()) continue;
        std::size_t names = 0;
        bool fits = true;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            const bool named = pattern[i].starts_with('{');
            names += named ? 1 : 0;
            fits = fits && (named ? !asked[i].empty() : pattern[i] == asked[i]);
        }
        if (!fits || (best && names >= fewest)) continue;
        best = &one;
        fewest = names;
    }
    return best;
}

void check_documented(const std::string& method, std::string_view target, const Answer& answer) {
    const auto* operation = operation_of(method, target);
    if (!operation || answer.status == 0) return;
    const auto wrong = contract().check_answer(*operation, answer.status, answer.header("content-type"), answer.body);
    if (!wrong) return;
    throw std::runtime_error(method + " " + std::string(target) + " was answered " + std::to_string(answer.status) +
                             ", which the document does not allow: " + *wrong + "\n" + answer.body.substr(0, 2000));
}

}  // namespace parley::e2e
