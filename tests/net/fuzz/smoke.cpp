// Runs the fuzz targets over a few seeds with a small deterministic mutator: not a fuzzer, but the same checks under
// any compiler.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "net/fuzz/entry.hpp"

extern "C" int fuzz_head_check(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_parse_url(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_multipart(const std::uint8_t* data, std::size_t size);

namespace {

using Target = int (*)(const std::uint8_t*, std::size_t);

void run(Target target, const std::string& input) {
    target(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string mutate(std::string text, const std::vector<std::string>& words, std::mt19937& random) {
    for (auto changes = random() % 4 + 1; changes > 0; --changes) {
        auto at = random() % (text.size() + 1);
        switch (random() % 5) {
            case 0:
                text.insert(at, words[random() % words.size()]);
                break;
            case 1:
                text.insert(at, 1, static_cast<char>(random()));
                break;
            case 2:
                text.erase(at, random() % 8);
                break;
            case 3:
                text.insert(at, text.substr(random() % (text.size() + 1), random() % 16));
                break;
            default:
                if (at < text.size()) text[at] = static_cast<char>(random());
        }
    }
    return text;
}

void storm(Target target, const std::vector<std::string>& seeds, const std::vector<std::string>& words,
           unsigned rounds) {
    std::mt19937 random(20240229);
    auto pool = seeds;
    for (const auto& seed : seeds) run(target, seed);
    for (unsigned i = 0; i < rounds; ++i) {
        auto input = mutate(pool[random() % pool.size()], words, random);
        run(target, input);
        if (i % 16 == 0 && input.size() < 512 && pool.size() < 200) pool.push_back(std::move(input));
    }
}

}  // namespace

int main() {
    storm(
        fuzz_head_check,
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /a?b=%20 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\n\r\nhello",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
         "OPTIONS * HTTP/1.0\r\nConnection: close\r\n\r\n"},
        {"\r\n", "\r\n\r\n", "\n", "\r", " ", "\t", ":", "Host: b\r\n", "Content-Length: 5\r\n",
         "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "Trailer: x\r\n", ", ", "5, 5", "HTTP/1.0",
         "Connection: upgrade\r\nUpgrade: h2c\r\n", "%2e%2e"},
        20'000);
    storm(fuzz_parse_url,
          {"http://example.org/", "https://h:8443/a/b?c=d#e", "http://[2001:db8::1]:80/x", "http://127.0.0.1:3000",
           "http://a.b.c?x"},
          {"@", ":", "/", "//", "\\", "?", "#", "%", "%2e", "[", "]", "::1", "127.0.0.1", "0x7f", ".", "..", "99999",
           "\r\n", "user:pw@"},
          20'000);
    storm(fuzz_multipart,
          {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n",
           "--b\r\nContent-Disposition: form-data; name=f; filename=\"x\"\r\nContent-Type: a/b\r\n\r\n\r\n\r\n--b\r\n"
           "Content-Disposition: form-data; name=c\r\n\r\n\r\n--b--",
           "multipart/form-data; boundary=\"b\""},
          {"\r\n", "\r\n--b", "--b", "--", "\r", "\n", "; ", "\"", "\\\"", "name=a", "filename=b",
           "Content-Disposition: form-data; name=d\r\n", "boundary=b"},
          20'000);
    std::puts("ok");
    return 0;
}
