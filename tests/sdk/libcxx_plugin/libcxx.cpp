// Uses much of the standard library, so that a clash with the host's would show: /words counts words and remembers the
// total.
#include <iostream>
#include <map>
#include <memory>
#include <parley/plugin.hpp>
#include <regex>
#include <sstream>

namespace {

class WordCount : public parley::Plugin {
public:
    std::string name() const override { return "words"; }

    void handle(parley::Context& ctx) override {
        if (ctx.arguments() == "throw") throw std::runtime_error("thrown inside");
        const std::string text(ctx.arguments());
        const std::regex word("[a-z]+", std::regex::icase);
        auto counts = std::make_shared<std::map<std::string, int>>();
        for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) ++(*counts)[it->str()];
        const auto total = ctx.storage().get("total").value_or(0).as_int() + static_cast<std::int64_t>(counts->size());
        ctx.storage().put("total", total);
        std::ostringstream answer;
        answer << counts->size() << " words, " << total << " in all, string of " << sizeof(std::string);
        ctx.reply(answer.str());
    }
};

}  // namespace

PARLEY_PLUGIN(WordCount, "libcxx", "1.0.0", "words", "messaging storage");
