// A second opinion on the Cloud API from whatsapp-api-js, a library of other people: what it sends to Meta for a
// message is what we send, and the webhooks that we accept are those it accepts.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "channels/cloud/encode.hpp"
#include "channels/cloud/signature.hpp"
#include "core/crypto.hpp"
#include "support/npm.hpp"
#include "support/paths.hpp"
#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

using namespace parley;
namespace json = boost::json;

namespace {

const std::string secret = "parley-meta-app-secret";

// What it would post, a line a message; then, for lines "signature<TAB>body" of a file, whether it lets them in.
const std::string script = R"((async () => {
const { WhatsAppAPI } = await import('whatsapp-api-js');
const M = await import('whatsapp-api-js/messages');
const fs = require('fs');
const answer = '{"messaging_product":"whatsapp","contacts":[],"messages":[{"id":"wamid.x"}]}';
const api = new WhatsAppAPI({ token: 't', appSecret: process.argv[3], secure: true, v: 'v25.0', ponyfill: {
    subtle: globalThis.crypto.subtle,
    fetch: async (url, init) => { console.log(init.body); return new Response(answer); } } });
const messages = [
    new M.Text('hello'),
    new M.Location(-122.4, 37.7, 'HQ', 'Street 1'),
    new M.Reaction('wamid.1', '👍'),
    new M.Interactive(new M.ActionButtons(new M.Button('a', 'Yes'), new M.Button('b', 'No')), new M.Body('Well?'),
                      new M.Header('Question'), new M.Footer('Soon')),
    new M.Interactive(new M.ActionList('Menu', new M.ListSection('Food', new M.Row('r1', 'One', 'first'),
                                                                 new M.Row('r2', 'Two'))), new M.Body('Choose')),
    new M.Interactive(new M.ActionCTA('Open', 'https://example.org'), new M.Body('See')),
    new M.Template('hello', new M.Language('en_US'), new M.BodyComponent(new M.BodyParameter('x'))),
    new M.Contacts([new M.Name('Ada Lovelace', 'Ada', 'Lovelace'), new M.Phone('+441', 'CELL', '441')]),
];
for (const message of messages) await api.sendMessage('1', '16505551234', message);
await api.sendMessage('1', '16505551234', new M.Text('answer'), 'wamid.9');
api.on.message = () => {};
for (const line of fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
    const [signature, body] = line.split('\t');
    await api.post(JSON.parse(body), body, signature).then(() => console.log('accepted'), e => console.log('refused'));
}
})();
)";

// Their message in our words: what it is about becomes our payload, or text.
Outbound ours(const json::object& theirs) {
    Outbound message;
    message.chat = "16505551234";
    const std::string type(theirs.at("type").as_string());
    message.kind = outbound_kind_from(type).value();
    if (const auto* context = theirs.if_contains("context"))
        message.reply_to = std::string(context->at("message_id").as_string());
    if (message.kind == OutboundKind::text) {
        message.text = std::string(theirs.at("text").at("body").as_string());
    } else if (message.kind == OutboundKind::reaction) {
        message.text = std::string(theirs.at("reaction").at("emoji").as_string());
        message.reply_to = std::string(theirs.at("reaction").at("message_id").as_string());
    } else {
        message.payload = json::serialize(theirs.at(type));
    }
    return message;
}

std::string signed_line(const std::string& body, const std::string& key) {
    return "sha256=" + crypto::HmacSha256(Secret(key)).mac_hex(body) + "\t" + body + "\n";
}

}  // namespace

TEST_CASE("whatsapp-api-js says the same as we do, and takes what we take") {
    const auto package = e2e::npm_package("whatsapp-api-js", "6.3.0");
    if (!package) {
        WARN("the npm package whatsapp-api-js cannot be had");
        return;
    }
    const std::string hook =
        R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":)"
        R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"2"},)"
        R"("contacts":[{"profile":{"name":"N"},"wa_id":"3"}],"messages":[{"from":"3","id":"wamid.1",)"
        R"("timestamp":"1","type":"text","text":{"body":"gr\u00fc\u00dfe \ud83d\udc4d"}}]}}]}]})";  // as Meta writes it
    const test::TempDirectory directory;
    const std::string lines = signed_line(hook, secret) + signed_line(hook, "another secret");
    std::ofstream(directory.path() + "/hooks") << lines;
    const test::Outcome outcome = e2e::run_node(*package, script, {directory.path() + "/hooks", secret});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);

    std::istringstream out(outcome.out);
    std::string line;
    for (int i = 0; i < 9; ++i) {
        REQUIRE(std::getline(out, line));
        INFO(line);
        json::object theirs = json::parse(line).as_object();
        // It sends contacts as the text of an array, which Meta takes for the array.
        if (auto* contacts = theirs.if_contains("contacts"); contacts && contacts->is_string())
            *contacts = json::parse(contacts->as_string());
        const auto encoded = channels::encode_cloud_message(ours(theirs), {});
        REQUIRE(encoded);
        json::object mine = json::parse(*encoded).as_object();
        mine["to"] = "16505551234";  // with a plus sign, as Meta's reference recommends
        if (auto* text = mine.if_contains("text")) text->as_object().erase("preview_url");
        CHECK(json::value(mine) == json::value(theirs));
    }
    const channels::CloudSignature signature{Secret(secret), Secret()};
    for (const char* expected : {"accepted", "refused"}) {
        REQUIRE(std::getline(out, line));
        CHECK(line == expected);
    }
    std::istringstream hooks(lines);
    for (const bool expected : {true, false}) {
        std::string header, body;
        REQUIRE((std::getline(hooks, header, '\t') && std::getline(hooks, body)));
        net::Request request;
        request.body = body;
        request.headers.set("X-Hub-Signature-256", header);
        CHECK(signature.verify(request).has_value() == expected);
    }
}
