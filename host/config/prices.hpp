// What models cost. The host knows the list prices of the common ones; the setting gpt_prices goes over them. Plain
// values. [any thread]
//
// Written as "model=price" with commas between: "gpt-4o=2.50/10" is US dollars for a million tokens in and out,
// "whisper-1=0.006/minute" for a minute of audio, "tts-1=15/characters" for a million characters read out,
// "dall-e-3=0.04/picture" for a picture. A name is the beginning of a model's name, the longest that fits counts;
// "*" is every model that no name fits.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace parley::config {

// Is the language model at this URL the operator's own: on this machine, or in a private network?
bool is_own_server(std::string_view base_url);

class PriceTable {
public:
    enum class Unit { tokens, minute, characters, picture };

    // The host's own prices with those of `text` over them. Errc::invalid with words that name the entry. On the
    // operator's own server a model that no name fits costs nothing; elsewhere it is taken to be dear.
    static Result<PriceTable> parse(std::string_view text, bool own_server = false);

    // In millionths of a US dollar, rounded up.
    std::int64_t of_tokens(std::string_view model, std::int64_t input, std::int64_t output) const;
    std::int64_t of_audio(std::string_view model, std::int64_t milliseconds) const;
    // Of sound that is billed by tokens; 0: nothing says that this model's is.
    std::int64_t of_audio_tokens(std::string_view model, std::int64_t input, std::int64_t output) const;
    std::int64_t of_speech(std::string_view model, std::int64_t characters) const;
    std::int64_t of_pictures(std::string_view model, std::int64_t pictures) const;

private:
    // In millionths of a dollar for a million tokens or characters, a minute, a picture.
    struct Price {
        std::int64_t input = 0, output = 0;
    };
    Result<void> add(std::string_view entry);
    struct Entry {
        std::size_t named = 0;  // how much of the model's name; 0: any model
        Price price;
    };
    Entry find(std::string_view model, Unit unit) const;

    std::array<std::map<std::string, Price, std::less<>>, 4> prices_;  // by unit
};

}  // namespace parley::config
