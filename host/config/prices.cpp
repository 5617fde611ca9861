#include "config/prices.hpp"

#include <cstdlib>

#include "config/money.hpp"
#include "core/text.hpp"

namespace parley::config {
namespace {

// OpenAI's list prices (developers.openai.com/api/docs/pricing, November 2026), without discounts for what is
// cached or surcharges for very long prompts; of pictures of several sizes, the dearest. A model that nobody knows is
// taken to be dear: a budget in money must not be passed unseen.
constexpr std::string_view known_prices =
    "gpt-3.5-turbo=0.50/1.50,gpt-4=30/60,gpt-4-turbo=10/30,gpt-4-1106-preview=10/30,gpt-4-0125-preview=10/30,"
    "gpt-4o=2.50/10,gpt-4o-2024-05-13=5/15,gpt-4o-mini=0.15/0.60,"
    "gpt-4.1=2/8,gpt-4.1-mini=0.40/1.60,gpt-4.1-nano=0.10/0.40,"
    "gpt-5=1.25/10,gpt-5-mini=0.25/2,gpt-5-nano=0.05/0.40,gpt-5-pro=15/120,gpt-5.=5/30,gpt-5.1=1.25/10,gpt-5.2=1.75/14,"
    "gpt-5.2-pro=21/168,gpt-5.3=1.75/14,gpt-5.4=2.50/15,gpt-5.4-mini=0.75/4.50,gpt-5.4-nano=0.20/"
    "1.25,gpt-5.6-luna=0.20/1.20,"
    "gpt-5.6-terra=2/12,"
    "o1=15/60,o1-mini=1.10/4.40,o1-pro=150/600,o3=2/8,o3-mini=1.10/4.40,o3-pro=20/80,o4-mini=1.10/4.40,"
    "text-embedding-3-small=0.02/0,text-embedding-3-large=0.13/0,text-embedding-ada-002=0.10/0,"
    // These are billed by tokens, of sound and of text; what they cost a minute is OpenAI's estimate.
    "gpt-4o-transcribe=6/10,gpt-4o-mini-transcribe=3/5,"
    "whisper-1=0.006/minute,gpt-4o-transcribe=0.006/minute,gpt-4o-mini-transcribe=0.003/minute,"
    "tts-1=15/characters,tts-1-hd=30/characters,gpt-4o-mini-tts=15/characters,"
    "dall-e-2=0.02/picture,dall-e-3=0.12/picture,gpt-image-1=0.25/picture,gpt-image-1-mini=0.052/picture,"
    "*=10/30,*=0.006/minute,*=30/characters,*=0.25/picture";

constexpr std::string_view free_of_charge = "*=0/0,*=0/minute,*=0/characters,*=0/picture";

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t minute_ms = 60'000;

// In two steps, since the product of both may not fit.
std::int64_t rounded_up(std::int64_t amount, std::int64_t price, std::int64_t per) {
    return amount / per * price + (amount % per * price + per - 1) / per;
}

Error wrong(std::string_view entry) {
    return make_error(Errc::invalid, "gpt_prices: \"" + std::string(entry) +
                                         "\" is no price; write model=input/output for a million tokens, or "
                                         "model=price/minute, /characters or /picture");
}

}  // namespace

bool is_own_server(std::string_view base_url) {
    const auto scheme = base_url.find("://");  // it may be left out
    auto host = text::trim(scheme == std::string_view::npos ? base_url : base_url.substr(scheme + 3));
    if (host.substr(0, 5) == "[::1]") return true;
    host = host.substr(0, host.find_first_of(":/"));
    if (host.empty()) return false;
    if (host.find('.') == std::string_view::npos) return true;  // localhost, or a name of a container
    for (const std::string_view ending : {".local", ".lan", ".internal", ".localhost"})
        if (host.ends_with(ending)) return true;
    if (host.find_first_not_of("0123456789.") != std::string_view::npos) return false;
    const auto second = std::atoi(std::string(host.substr(host.find('.') + 1)).c_str());
    return host.starts_with("127.") || host.starts_with("10.") || host.starts_with("192.168.") ||
           (host.starts_with("172.") && second >= 16 && second <= 31);
}

Result<PriceTable> PriceTable::parse(std::string_view text, bool own_server) {
    PriceTable table;
    for (std::string_view rest : {known_prices, own_server ? free_of_charge : std::string_view(), text}) {
        while (!rest.empty()) {
            const auto comma = rest.find_first_of(",\n");
            const auto entry = text::trim(rest.substr(0, comma));
            if (!entry.empty())
                if (auto added = table.add(entry); !added) return added.error();
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        }
    }
    return table;
}

Result<void> PriceTable::add(std::string_view entry) {
    const auto equals = entry.rfind('=');
    if (equals == std::string_view::npos) return wrong(entry);
    const auto name = text::trim(entry.substr(0, equals));
    const auto value = entry.substr(equals + 1);
    const auto slash = value.find('/');
    if (name.empty() || slash == std::string_view::npos) return wrong(entry);
    const auto first = micro_usd_from(text::trim(value.substr(0, slash)));
    const auto second = text::trim(value.substr(slash + 1));
    Price price;
    Unit unit = Unit::tokens;
    if (second == "minute") {
        unit = Unit::minute;
    } else if (second == "characters") {
        unit = Unit::characters;
    } else if (second == "picture") {
        unit = Unit::picture;
    } else if (const auto output = micro_usd_from(second)) {
        price.output = *output;
    } else {
        return wrong(entry);
    }
    if (!first) return wrong(entry);
    price.input = *first;
    prices_[static_cast<std::size_t>(unit)][name == "*" ? std::string() : std::string(name)] = price;
    return {};
}

PriceTable::Entry PriceTable::find(std::string_view model, Unit unit) const {
    const auto& prices = prices_[static_cast<std::size_t>(unit)];
    // The longest beginning; the empty one is "*" and always there.
    for (std::size_t size = model.size();; --size) {
        const auto found = prices.find(model.substr(0, size));
        if (found != prices.end()) return {size, found->second};
        if (size == 0) return {};
    }
}

std::int64_t PriceTable::of_tokens(std::string_view model, std::int64_t input, std::int64_t output) const {
    const auto price = find(model, Unit::tokens).price;
    return rounded_up(input, price.input, million) + rounded_up(output, price.output, million);
}

std::int64_t PriceTable::of_audio(std::string_view model, std::int64_t milliseconds) const {
    return rounded_up(milliseconds, find(model, Unit::minute).price.input, minute_ms);
}

std::int64_t PriceTable::of_audio_tokens(std::string_view model, std::int64_t input, std::int64_t output) const {
    const auto by_tokens = find(model, Unit::tokens).named;
    const bool meant = by_tokens > 0 && by_tokens >= find(model, Unit::minute).named;
    return meant ? of_tokens(model, input, output) : 0;
}

std::int64_t PriceTable::of_speech(std::string_view model, std::int64_t characters) const {
    return rounded_up(characters, find(model, Unit::characters).price.input, million);
}

std::int64_t PriceTable::of_pictures(std::string_view model, std::int64_t pictures) const {
    return rounded_up(pictures, find(model, Unit::picture).price.input, 1);
}

}  // namespace parley::config
