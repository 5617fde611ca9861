// Broken webhooks: whatever bytes come, the decoder answers with an error or with fields that can be stored.
#include <catch2/catch.hpp>

#include "channels/fixture_files.hpp"
#include "channels/gateway/decode.hpp"
#include "channels/mutator.hpp"
#include "channels/support/decode.hpp"
#include "core/text.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

TEST_CASE("mutated gateway webhooks never yield a field that cannot be stored") {
    std::size_t accepted = 0, refused = 0;
    unsigned seed = 1;
    for (const std::string& file : test::list_files(test::gateway_fixtures())) {
        const std::string body = test::read_whole_file(test::gateway_fixtures() / file);
        test::Mutator mutator(seed++);
        for (int round = 0; round < 400; ++round) {
            const std::string mutated = mutator.mutate(body);
            const Result<Decoded> decoded = decode_gateway(mutated, 1, 1'800'000'000'000);
            if (!decoded) {
                ++refused;
                if (decoded.error().message.empty()) FAIL("refused without a word");
                continue;
            }
            ++accepted;
            for (const Inbound& event : decoded->messages) test::check_storable(event);
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
    test::Mutator mutator(7);
    for (int round = 0; round < 4'000; ++round) {
        const std::string mutated = mutator.mutate(body);
        const Result<SupportMessage> message = decode_support_webhook(mutated, 1'800'000'000'000);
        if (message) test::check_storable(to_inbound(*message, mutated, 1));
    }
    SUCCEED();
}
