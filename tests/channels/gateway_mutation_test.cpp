// Broken webhooks: whatever bytes come, the decoder answers with an error or with fields that can be stored.
#include <catch2/catch.hpp>
#include <random>

#include "channels/fixture_files.hpp"
#include "channels/gateway/decode.hpp"
#include "channels/support/decode.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

// Pieces that parsers stumble over.
const std::string kPoison[] = {
    std::string("\0", 1), "\\u0000",   "\xFF",  "\xC0\x80", "\\ud800",  "1e400", "null", "{}", "[]", "\"\"",
    "[[[[[[[[",           "\"from\":", "@g.us", " in ",     "\xC2\xA0", "-1",    "true"};

class Mutator {
public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::string mutate(std::string body) {
        for (std::size_t n = 1 + pick(4); n > 0; --n) mutate_once(body);
        return body;
    }

private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    void mutate_once(std::string& body) {
        if (body.empty()) body = "{}";
        const std::size_t at = pick(body.size());
        switch (pick(5)) {
            case 0:
                body[at] = static_cast<char>(pick(256));
                break;
            case 1:
                body.erase(at, 1 + pick(12));
                break;
            case 2:
                body.insert(at, kPoison[pick(std::size(kPoison))]);
                break;
            case 3:
                body.insert(at, body.substr(pick(body.size()), 1 + pick(40)));
                break;
            case 4:
                replace_value(body, at);
                break;
        }
    }

    // A whole JSON value gives way to another: gets past the parser more often than single bytes do.
    void replace_value(std::string& body, std::size_t from) {
        const std::size_t colon = body.find(':', from);
        if (colon == std::string::npos) return;
        const std::size_t end = body.find_first_of(",}", colon);
        body.replace(colon + 1, end == std::string::npos ? end : end - colon - 1, kPoison[pick(std::size(kPoison))]);
    }

    std::mt19937 random_;
};

void check_storable(const Inbound& event) {
    for (const std::string* field : {&event.provider_id, &event.chat, &event.sender, &event.sender_name, &event.group,
                                     &event.text, &event.reply_to, &event.refers_to, &event.payload}) {
        if (!text::is_storable(*field)) FAIL("a field that cannot be stored: " << *field);
    }
    if (event.provider_id.size() > 200 || event.chat.size() > 200) FAIL("an id that no index takes");
    if (event.media && !text::is_storable(event.media->source + event.media->name + event.media->mime))
        FAIL("a bad file");
    if (!event.payload.empty() && !parse_json(event.payload)) FAIL("a payload that is no JSON: " << event.payload);
}

}  // namespace

TEST_CASE("mutated gateway webhooks never yield a field that cannot be stored") {
    std::size_t accepted = 0, refused = 0;
    unsigned seed = 1;
    for (const std::string& file : test::list_files(test::gateway_fixtures())) {
        const std::string body = test::read_whole_file(test::gateway_fixtures() / file);
        Mutator mutator(seed++);
        for (int round = 0; round < 400; ++round) {
            const std::string mutated = mutator.mutate(body);
            const Result<Decoded> decoded = decode_gateway(mutated, 1, 1'800'000'000'000);
            if (!decoded) {
                ++refused;
                if (decoded.error().message.empty()) FAIL("refused without a word");
                continue;
            }
            ++accepted;
            for (const Inbound& event : decoded->messages) check_storable(event);
            for (const StatusUpdate& status : decoded->statuses) {
                for (const std::string& id : status.provider_ids) {
                    if (!text::is_storable(id)) FAIL("an id that cannot be stored");
                }
            }
        }
    }
    // Both ways must have been gone often, or the test tests nothing.
    CHECK(accepted > 1'000);
    CHECK(refused > 1'000);
}

TEST_CASE("mutated support webhooks never yield a field that cannot be stored") {
    const std::string body =
        R"({"sender":"+44 7700 900123","receiver":"Me","content":"hello","id":"m1","timestamp":"2025-01-25T10:05:00Z"})";
    Mutator mutator(7);
    for (int round = 0; round < 4'000; ++round) {
        const std::string mutated = mutator.mutate(body);
        const Result<SupportMessage> message = decode_support_webhook(mutated, 1'800'000'000'000);
        if (message) check_storable(to_inbound(*message, mutated, 1));
    }
    SUCCEED();
}
