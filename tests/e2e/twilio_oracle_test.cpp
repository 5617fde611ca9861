// Our signatures against those of Twilio's own library for node: theirs hold here, ours hold there.
#include "channels/twilio_support.hpp"
#include "support/npm.hpp"
#include "support/temp_directory.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

// Lines "url<TAB>body<TAB>our signature" in, "their signature<TAB>do they accept ours" out.
const std::string kScript = R"(
const twilio = require('twilio'), querystring = require('querystring'), fs = require('fs');
for (const line of fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
    const [url, body, ours] = line.split('\t');
    const form = {...querystring.parse(body)};
    console.log(twilio.getExpectedTwilioSignature('the auth token', url, form) + '\t' +
                twilio.validateRequest('the auth token', ours, url, form));
}
)";

struct Sample {
    std::string target, body;
};

std::vector<Sample> samples() {
    std::vector<Sample> all;
    for (const std::string& file : test::list_files(test::twilio_fixtures())) {
        const std::string body = test::read_whole_file(test::twilio_fixtures() / file);
        all.push_back({"/webhooks/twilio/2", body});
        all.push_back({"/webhooks/twilio/2?message=4711&x=a%20b", body});
    }
    for (const char* body : {"", "A=&B=", "A=1&A=2&A=1", "b=1&B=2&a=3", "Body=%27%22%3C%3E", "x=%F0%9F%91%8D&%C3%BC=1",
                             "Body=a+b%2Bc", "A=0&A=", "z=1&y=2&z=0"})
        all.push_back({"/w?q=O'Brien", body});
    return all;
}

}  // namespace

TEST_CASE("signatures agree with Twilio's own library") {
    const auto package = e2e::npm_package("twilio", "6.2.0");
    if (!package) {
        WARN("the npm package twilio cannot be had");
        return;
    }
    const std::string origin = "https://bot.example.com";
    const test::TempDirectory directory;
    std::string lines;
    for (const Sample& sample : samples()) {
        const net::FormFields fields = net::form_decode(sample.body).value();
        const std::string ours =
            test::twilio_signature("the auth token", origin + sample.target, signed_parameters(fields));
        for (const auto& part : {origin, sample.target, std::string("\t"), sample.body, std::string("\t"), ours})
            lines += part;
        lines += '\n';
    }
    std::ofstream(directory.path() + "/samples") << lines;
    const test::Outcome outcome = e2e::run_node(*package, kScript, {directory.path() + "/samples"});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);

    const TwilioSignature signature(test::twilio_config());
    std::istringstream theirs(outcome.out);
    for (const Sample& sample : samples()) {
        INFO(sample.target << " " << sample.body);
        std::string given, accepted;
        REQUIRE(std::getline(theirs, given, '\t'));
        REQUIRE(std::getline(theirs, accepted));
        CHECK(accepted == "true");
        net::Request request = test::twilio_webhook(sample.body, sample.target);
        request.headers.set("X-Twilio-Signature", given);
        CHECK(signature.verify(request));
    }
}
