// Runs the fuzz targets over a few seeds with a small deterministic mutator: not a fuzzer, but the same checks under
// any compiler.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "net/fuzz/entry.hpp"

extern "C" int fuzz_sse(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_answer(const std::uint8_t* data, std::size_t size);

int main() {
    const std::vector<std::string> words{
        "data: ",
        "\n\n",
        "\r\n",
        "\r",
        ":",
        "event: error\n",
        "[DONE]",
        "{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
        "\"arguments\":\"{}\"}}]}}]}",
        "{\"choices\":[{\"finish_reason\":\"stop\"}]}",
        "{\"error\":{\"message\":\"x\",\"code\":500}}",
        "{\"type\":\"response.output_text.delta\",\"delta\":\"x\"}",
        "{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"function_call\",\"id\":\"i\",\"name\":\"f\"}}",
        "{\"type\":\"response.completed\",\"response\":{\"output\":[],\"usage\":{}}}",
        "null",
        "\"",
        "\xC3",
        "\xEF\xBB\xBF"};
    std::mt19937 random(20260822);
    std::vector<std::string> pool{
        "data: {\"choices\":[]}\n\ndata: [DONE]\n\n",
        "{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"enum\":[1,\"a\"]}}}\n{\"n\":1}",
        "{\"error\":{\"message\":\"stream_options max_tokens tools stream not supported\",\"code\":400}}",
        "{\"data\":[{\"id\":\"a\",\"context_length\":4096},{\"id\":\"b\",\"meta\":{\"n_ctx\":-1}}]}",
        "http://host:8080/v1/chat/completions?key=x"};
    for (int i = 0; i < 20'000; ++i) {
        auto text = pool[random() % pool.size()];
        for (auto changes = random() % 4 + 1; changes > 0; --changes) {
            const auto at = random() % (text.size() + 1);
            const auto kind = random() % 4;
            if (kind == 0) text.insert(at, words[random() % words.size()]);
            if (kind == 1) text.insert(at, 1, static_cast<char>(random()));
            if (kind == 2) text.erase(at, random() % 8);
            if (kind == 3 && at < text.size()) text[at] = static_cast<char>(random());
        }
        fuzz_sse(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
        if (i % 4 == 0) fuzz_answer(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
        if (i % 8 == 0 && text.size() < 1024 && pool.size() < 200) pool.push_back(std::move(text));
    }
    std::puts("ok");
    return 0;
}
