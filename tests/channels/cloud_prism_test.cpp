// The Cloud API channel against a strict mock of it, over real sockets. Skipped where there is no mock.
#include <catch2/catch.hpp>
#include <functional>

#include "channels/cloud/classify.hpp"
#include "channels/cloud/cloud_channel.hpp"
#include "channels/cloud/encode.hpp"
#include "channels/cloud/templates.hpp"
#include "channels/cloud/token.hpp"
#include "channels/fallback.hpp"
#include "channels/prism_call.hpp"
#include "channels/scripted_graph.hpp"
#include "core/ids.hpp"
#include "support/fetching.hpp"
#include "support/result_printer.hpp"
#include "support/text_source.hpp"

using namespace parley;
using namespace parley::channels;
using namespace std::chrono_literals;

namespace {

const std::string description = test::description_path("meta-cloud-api.prism.json");

struct Meta : test::LoopedClient {
    test::Prism prism{description};
    CloudConfig config;
    std::shared_ptr<test::FixedToken> tokens = std::make_shared<test::FixedToken>("EAAJBtoken");
    std::shared_ptr<CloudCaller> caller;
    std::unique_ptr<CloudChannel> channel;

    Meta() {
        config.phone_number_id = "106540352242922";
        config.waba_id = "102290129340398";
        config.app_id = "1234567890";
        config.app_secret = Secret("app secret");
        config.verify_token = Secret("verify");
        config.base_url = prism.url();
        caller = std::make_shared<CloudCaller>(config, exchange(), tokens);
        channel =
            std::make_unique<CloudChannel>(1, config, exchange(), tokens, std::make_shared<test::MapUploadCache>());
    }

    Exchange exchange() {
        return [this](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
            client.send(std::move(request), std::move(done));
        };
    }

    void check_sent(Outbound message) {
        message.id = 42;
        message.attempts = 1;
        INFO(to_string(message.kind) << " " << message.chat << " " << message.payload << message.media.mime);
        const SendResult result = await<SendResult>([&](auto done) { channel->send(message, done); });
        INFO((result ? "" : result.error().reason));
        CHECK(result.has_value());
        if (result) CHECK(result->provider_id.starts_with("wamid."));
    }

    net::ClientResponse post(const std::string& json) {
        const auto make = [&](const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
            return graph.post_json("/106540352242922/messages", json, token);
        };
        const net::ClientResult answer = await<net::ClientResult>([&](auto done) { caller->call(make, done); });
        REQUIRE(answer);
        return *answer;
    }
};

Outbound make(OutboundKind kind, const std::string& payload = "", const std::string& chat = "16505551234") {
    Outbound message;
    message.kind = kind;
    message.chat = chat;
    message.payload = payload;
    return message;
}

Outbound file(const std::string& mime, const std::string& caption = "") {
    Outbound message = make(OutboundKind::media);
    message.text = caption;
    message.media.mime = mime;
    message.media.name = "file.bin";
    message.media.content = test::source_of("bytes of " + mime);
    return message;
}

const char* const kInteractive[] = {
    R"({"type":"button","header":{"type":"text","text":"Head"},"body":{"text":"Go?"},"footer":{"text":"Foot"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}},{"type":"reply","reply":{"id":"/help","title":"Help"}}]}})",
    R"({"type":"list","body":{"text":"When?"},"action":{"button":"Choose","sections":[{"title":"Day","rows":[{"id":"a","title":"Monday","description":"at 9"}]},{"title":"Night","rows":[{"id":"b","title":"Friday"}]}]}})",
    R"({"type":"cta_url","body":{"text":"Read"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://example.org"}}})",
    R"({"type":"location_request_message","body":{"text":"Where?"},"action":{"name":"send_location"}})",
    R"({"type":"flow","body":{"text":"Fill in"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_cta":"Go"}}})",
    R"({"type":"product","action":{"catalog_id":"1","product_retailer_id":"2"}})",
    R"({"type":"product_list","header":{"type":"text","text":"Wares"},"body":{"text":"See"},"action":{"catalog_id":"1","sections":[{"title":"All","product_items":[{"product_retailer_id":"2"}]}]}})",
    R"({"type":"catalog_message","body":{"text":"See"},"action":{"name":"catalog_message"}})",
};

}  // namespace

TEST_CASE("a strict mock of the Cloud API takes every kind of message") {
    if (test::skipped_without_prism(description)) return;
    Meta meta;
    Outbound text = make(OutboundKind::text);
    text.text = "grüße https://example.org";
    meta.check_sent(text);
    text.reply_to = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQz";
    meta.check_sent(text);
    text.chat = "US.13491208655302741918";
    meta.check_sent(text);
    text.chat = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD";
    meta.check_sent(text);
    Outbound link = make(OutboundKind::link);
    link.link = "https://example.org/map";
    meta.check_sent(link);
    Outbound reaction = make(OutboundKind::reaction);
    reaction.reply_to = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQz";
    meta.check_sent(reaction);
    reaction.text = "👍";
    meta.check_sent(reaction);

    for (const char* mime : {"image/jpeg", "video/mp4", "application/pdf", "text/csv"}) {
        meta.check_sent(file(mime));
        meta.check_sent(file(mime, "with a caption"));
    }
    for (const char* mime : {"audio/mpeg", "image/webp"}) meta.check_sent(file(mime));
    Outbound voice = file("audio/ogg; codecs=opus");
    voice.voice = true;
    meta.check_sent(voice);
    Outbound from_web = file("image/png");
    from_web.media.content.reset();
    from_web.media.source = "https://example.org/a.png";
    meta.check_sent(from_web);

    meta.check_sent(
        make(OutboundKind::location, R"({"latitude":51.5,"longitude":-0.12,"name":"Office","address":"1"})"));
    meta.check_sent(make(
        OutboundKind::contacts,
        R"([{"name":{"formatted_name":"Bob","first_name":"Bob"},"phones":[{"phone":"+447700900456","type":"CELL"}]}])"));
    for (const char* payload : kInteractive) meta.check_sent(make(OutboundKind::interactive, payload));
    meta.check_sent(make(
        OutboundKind::template_message,
        R"({"name":"order","language":{"code":"en_US"},"components":[{"type":"body","parameters":[{"type":"text","text":"Ada"}]},{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"x"}]}]})"));

    // What Meta has none of goes out in words, or not at all.
    meta.check_sent(with_fallback(make(OutboundKind::poll, R"({"question":"Tea?","options":["yes","no"]})"),
                                  meta.channel->capabilities())
                        .value());
    for (const OutboundKind kind : {OutboundKind::edit, OutboundKind::revoke})
        CHECK_FALSE(can_leave(kind, meta.channel->capabilities()));

    CHECK(meta.post(encode_cloud_read("wamid.HBgLMTY1")).status == 200);
    CHECK(meta.post(encode_cloud_typing("wamid.HBgLMTY1")).status == 200);
    // The mock is strict, or all of the above proves nothing.
    const net::ClientResponse refused = meta.post(R"({"messaging_product":"whatsapp","to":"1","type":"text"})");
    CHECK(refused.status == 400);
    CHECK(classify_cloud_answer(refused, 1, 0).error().kind == SendError::Class::permanent);
}

TEST_CASE("a strict mock of the Cloud API takes the calls about tokens, templates and files") {
    if (test::skipped_without_prism(description)) return;
    Meta meta;
    const auto ask = [&](net::ClientRequest request) {
        return meta.await<net::ClientResult>([&](auto done) { meta.exchange()(std::move(request), done); });
    };
    const Graph graph(meta.config);
    StoredToken old;
    old.token = Secret("EAAJBtoken");
    old.system_user = true;
    const Result<StoredToken> fresh =
        read_exchange_answer(ask(exchange_request(graph, meta.config, old)), old, unix_now());
    REQUIRE(fresh);
    CHECK(fresh->token.reveal() == "EAAJBnewLongLived");
    CHECK(*fresh->expires_at > unix_now());
    const Result<StoredToken> known = read_debug_answer(ask(debug_request(graph, meta.config, old.token)), old);
    REQUIRE(known);
    CHECK(known->expires_at);

    const CloudTemplates templates(meta.config, meta.caller);
    const auto all = meta.await<Result<std::vector<MessageTemplate>>>([&](auto done) { templates.list_all(done); });
    REQUIRE(all);
    CHECK(all->size() == 1);
    const auto made = meta.await<Result<MessageTemplate>>([&](auto done) {
        templates.create(R"({"name":"order","language":"en_US","category":"UTILITY","components":[]})", done);
    });
    REQUIRE(made);
    CHECK(made->status == "PENDING");
    CHECK(meta.await<Result<void>>([&](auto done) { templates.remove("order", "", done); }));

    const auto lines = meta.await<std::vector<ProbeLine>>([&](auto done) { meta.channel->probe(done); });
    CHECK(lines.size() >= 5);

    // The mock's example points to Meta's own host, which is not asked here: too large to be fetched.
    Inbound incoming;
    incoming.media = Media{};
    incoming.media->source = "1003383421387256";
    const auto fetched =
        meta.await<Result<std::string>>([&](auto done) { test::fetch_text(*meta.channel, incoming, 10, done); });
    REQUIRE(!fetched);
    CHECK(fetched.error().code == Errc::too_large);
}
