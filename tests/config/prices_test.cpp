#include "config/prices.hpp"

#include <catch2/catch.hpp>

#include "config/money.hpp"

namespace parley::config {
namespace {

TEST_CASE("money is read and written in whole millionths") {
    CHECK(micro_usd_from("2.50") == 2'500'000);
    CHECK(micro_usd_from("0.000001") == 1);
    CHECK(micro_usd_from("999999.999999") == 999'999'999'999);
    CHECK_FALSE(micro_usd_from("1000000").has_value());
    CHECK(to_usd(2'500'000) == "2.50");
    CHECK(to_usd(3'000'000) == "3");
    CHECK(to_usd(1) == "0.000001");
    CHECK(to_usd(0) == "0");
    for (const std::int64_t amount : {1LL, 10LL, 1'230'000LL, 999'999'999'999LL})
        CHECK(micro_usd_from(to_usd(amount)) == amount);
}

TEST_CASE("the longest beginning of a model's name sets the price") {
    const auto table = PriceTable::parse("").value();
    CHECK(table.of_tokens("gpt-4o-mini-2024-07-18", 1'000'000, 0) == 150'000);
    CHECK(table.of_tokens("gpt-4o-2024-08-06", 1'000'000, 1'000'000) == 12'500'000);
    CHECK(table.of_tokens("gpt-4o-2024-05-13", 1'000'000, 0) == 5'000'000);
    CHECK(table.of_tokens("nobody-knows-it", 1'000'000, 1'000'000) == 40'000'000);
    CHECK(table.of_audio("whisper-1", 90'000) == 9'000);
    CHECK(table.of_audio_tokens("gpt-4o-mini-transcribe-2025-12-15", 1'000'000, 1'000'000) == 8'000'000);
    CHECK(table.of_audio_tokens("whisper-1", 1'000'000, 0) == 0);
    CHECK(table.of_audio_tokens("nobody-knows-it", 1'000'000, 0) == 0);
    CHECK(table.of_speech("tts-1", 1'000) == 15'000);
    CHECK(table.of_pictures("dall-e-2", 3) == 60'000);
}

TEST_CASE("part of a millionth counts as a whole one, and great amounts do not overflow") {
    const auto table = PriceTable::parse("dear=999999/999999").value();
    CHECK(table.of_tokens("gpt-4o-mini", 1, 0) == 1);
    CHECK(table.of_tokens("gpt-4o-mini", 0, 0) == 0);
    CHECK(table.of_tokens("dear", 999'999, 0) == 999'998'000'001);
    CHECK(table.of_tokens("dear", 2'000'000'000, 0) == 1'999'998'000'000'000);
}

TEST_CASE("the operator's prices go over the host's") {
    const auto table = PriceTable::parse("gpt-4o=1/2, mine=0/0\n*=3/4").value();
    CHECK(table.of_tokens("gpt-4o", 1'000'000, 1'000'000) == 3'000'000);
    CHECK(table.of_tokens("mine", 1'000'000, 1'000'000) == 0);
    CHECK(table.of_tokens("other", 1'000'000, 1'000'000) == 7'000'000);
    CHECK(table.of_audio("other", 60'000) == 6'000);  // not spoken of
}

TEST_CASE("on a server of one's own, what is not listed costs nothing") {
    for (const char* own :
         {"http://localhost:11434/v1", "http://127.0.0.1:8080", "http://ollama:11434/v1", "https://gpu.lan/v1",
          "http://192.168.1.5/v1", "http://172.20.0.2:8000", "http://[::1]:80", "localhost:11434", "localhost",
          "192.168.1.5:8080/v1", "ollama:11434", "[::1]:80", " gpu.lan "})
        CHECK(is_own_server(own));
    for (const char* other : {"", "https://api.openai.com/v1", "https://openrouter.ai/api/v1", "http://172.32.0.1",
                              "http://10.example.com", "api.openai.com", "api.openai.com/v1", "openrouter.ai/api/v1"})
        CHECK_FALSE(is_own_server(other));
    const auto table = PriceTable::parse("paid=1/1", true).value();
    CHECK(table.of_tokens("llama3.2", 1'000'000, 1'000'000) == 0);
    CHECK(table.of_pictures("flux", 1) == 0);
    CHECK(table.of_tokens("gpt-4o", 1'000'000, 0) == 2'500'000);  // handed on to somebody who charges, perhaps
    CHECK(table.of_tokens("paid", 1'000'000, 0) == 1'000'000);
    // LocalAI gives its models OpenAI's names.
    const auto local = PriceTable::parse("gpt-4=0/0,tts-1=0/characters,whisper-1=0/minute", true).value();
    CHECK(local.of_tokens("gpt-4", 1'000'000, 1'000'000) + local.of_audio("whisper-1", 60'000) == 0);
    CHECK(local.of_speech("tts-1", 1'000'000) + local.of_pictures("stablediffusion", 1) == 0);
}

TEST_CASE("what is no price is refused with the entry's name") {
    for (const char* wrong :
         {"gpt-4o", "=1/2", "gpt-4o=1", "gpt-4o=1/2/3", "gpt-4o=-1/2", "gpt-4o=1/hour", "a=/minute"}) {
        const auto table = PriceTable::parse(std::string("ok=1/1,") + wrong);
        REQUIRE_FALSE(table.has_value());
        CHECK(table.error().message.find(wrong) != std::string::npos);
    }
}

}  // namespace
}  // namespace parley::config
