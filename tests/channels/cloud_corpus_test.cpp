// The corpus of webhook bodies that several projects share, when it lies beside the checkout. Skipped where it is not.
#include <catch2/catch.hpp>
#include <set>

#include "channels/cloud/decode.hpp"
#include "channels/cloud/signature.hpp"
#include "channels/shared_corpus.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

std::optional<AccountId> resolve(std::string_view number, std::string_view) {
    return number == "999990352242922" ? std::nullopt : std::optional<AccountId>(1);
}

bool verifies(const CloudSignature& signature, const std::string& body, const std::string& header) {
    net::Request request;
    request.body = body;
    request.headers.set("X-Hub-Signature-256", header);
    return signature.verify(request).has_value();
}

// What each file is: by the beginning of its name.
void check_meaning(const std::string& file, const Decoded& decoded) {
    const auto is = [&](std::string_view prefix) { return file.starts_with(prefix); };
    const std::size_t in_all = decoded.messages.size() + decoded.statuses.size() + decoded.events.size();
    CHECK(in_all > 0);
    CHECK(decoded.unclaimed.size() == (is("batch_multi") ? 1 : 0));
    if (is("status_") || is("batch_out")) {
        CHECK_FALSE(decoded.statuses.empty());
        CHECK(decoded.messages.empty());
        if (is("status_failed")) CHECK(decoded.statuses[0].reason.find(file.substr(14, 6)) != std::string::npos);
        return;
    }
    if (is("template") || is("account") || is("business") || is("security") || is("errors")) {
        CHECK(decoded.events.size() == 1);
        CHECK(in_all == 1);
        return;
    }
    REQUIRE_FALSE(decoded.messages.empty());
    const Inbound& event = decoded.messages[0];
    CHECK_FALSE(event.chat.empty());
    CHECK_FALSE(event.provider_id.empty());
    const bool is_other = is("group_lifecycle") || is("group_participants") || is("group_unsupported") ||
                          is("interactive_without") || is("media_too_large") || is("smb_") || is("system_") ||
                          is("unknown_") || is("user_preferences");
    const EventKind kind = is("edit")       ? EventKind::edited
                           : is("revoke")   ? EventKind::revoked
                           : is("reaction") ? EventKind::reaction
                           : is_other       ? EventKind::other
                                            : EventKind::message;
    CHECK(event.kind == kind);
    if (is("text")) CHECK_FALSE(event.text.empty());
    const bool is_file = is("image") || is("audio") || is("video") || is("sticker");
    CHECK(event.media.has_value() == is_file);
    if (is("text_username")) CHECK(event.chat == "US.13491208655302741918");
}

}  // namespace

TEST_CASE("the shared corpus of Cloud API webhooks decodes, and its signatures hold") {
    const test::SharedCorpus corpus("meta");
    if (corpus.missing()) return;
    const CloudSignature signature(Secret(corpus.secret("meta_app_secret")), Secret());

    std::size_t files = 0;
    for (const std::string& file : corpus.files()) {
        INFO(file);
        const std::string body = corpus.body(file);
        const std::string header = corpus.signature(file, "X-Hub-Signature-256");
        CHECK(verifies(signature, body, header));
        for (std::size_t i = 0; i < body.size(); ++i) {
            std::string flipped = body;
            flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
            if (verifies(signature, flipped, header)) FAIL("accepted with byte " << i << " of the body changed");
        }
        for (std::size_t i = 0; i < header.size(); ++i) {
            std::string flipped = header;
            flipped[i] = flipped[i] == '0' ? '1' : '0';
            if (verifies(signature, body, flipped)) FAIL("accepted with byte " << i << " of the signature changed");
        }
        const Result<Decoded> decoded = decode_cloud(body, resolve, 1'800'000'000'000);
        REQUIRE(decoded);
        check_meaning(file, *decoded);
        ++files;
    }
    CHECK(files > 50);
}
