// /usage and /admin costs: what people and admins are told.
#include <catch2/catch.hpp>

#include "fixture.hpp"

namespace {

parley::Json some_usage(const parley::Json& question) {
    const bool by = !question["by"].as_string().empty();
    return parley::Json::parse(
        std::string(R"({"rows":[{"name":")") + (by ? "923001234567" : "") +
        R"(","calls":12,"input_tokens":1200,"output_tokens":300,"pictures":2,"audio_ms":90000,"micro_usd":1234567}],)"
        R"("limits":{"tokens":500000,"pictures":20,"audio_ms":3600000},"day_ends_ms":1767229200000})");
}

}  // namespace

TEST_CASE("somebody sees what they used today and what is left") {
    Sample usage("usage");
    usage.host.world().model.usage = some_usage;
    CHECK(usage.send("/usage").reply() ==
          "*Your use of the language model today*\n- Questions: 12\n- Tokens: 1,500 of 500,000\n- Pictures: 2 of 20\n"
          "- Minutes of speech heard: 1.5 of 60.0\n- Cost: $1.23\nIt starts afresh in 1 h 0 min.");
    CHECK(usage.send("/usage -d 7").reply() ==
          "*Your use of the language model in 7 days*\n- Questions: 12\n- Tokens: 1,500\n- Pictures: 2\n"
          "- Minutes of speech heard: 1.5\n- Cost: $1.23");
    CHECK(usage.send("/usage -d 0").reply() == "`0` is no number of days from 1 to 366.");
    CHECK(usage.send("/usage -d ten").reply() == "`ten` is no number of days from 1 to 366.");
}

TEST_CASE("nothing used is told as well") {
    Sample usage("usage");
    CHECK(usage.send("/usage -d 2").reply() ==
          "*Your use of the language model in 2 days*\n- Questions: 0\n- Tokens: 0");
}

TEST_CASE("an admin sees what everybody used") {
    Sample usage("usage");
    std::vector<std::string> asked;
    usage.host.world().model.usage = [&](const parley::Json& question) {
        asked.push_back(question.dump());
        return some_usage(question);
    };
    CHECK(usage.as_admin("/admin costs").reply() ==
          "*Use of the language model today*\n- Questions: 12\n- Tokens: 1,500 of 500,000\n- Pictures: 2 of 20\n"
          "- Minutes of speech heard: 1.5 of 60.0\n- Cost: $1.23\n\n*By person*\n"
          "- 923001234567: 12 questions, 1,500 tokens, $1.23");
    CHECK(asked.size() == 2);
    usage.as_admin("/admin costs -b day -d 7");
    CHECK(asked.back().find(R"("by":"day")") != std::string::npos);
    CHECK(asked.back().find(R"("days":7)") != std::string::npos);
}
