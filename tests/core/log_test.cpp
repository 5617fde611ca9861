#include "core/log.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>
#include <vector>

namespace parley {
namespace {

// What is logged into a file without a name.
class LogFile {
public:
    ~LogFile() { std::fclose(stream_); }
    Logger logger(LogFormat format, LogLevel level) const { return Logger::to(stream_, format, level); }
    std::vector<std::string> lines() const {
        std::rewind(stream_);
        std::vector<std::string> lines(1);
        for (int c = std::fgetc(stream_); c != EOF; c = std::fgetc(stream_)) {
            if (c == '\n') {
                lines.emplace_back();
            } else {
                lines.back() += static_cast<char>(c);
            }
        }
        lines.pop_back();
        return lines;
    }

private:
    std::FILE* stream_ = std::tmpfile();
};

TEST_CASE("a line of JSON has its fields with their types") {
    const LogFile file;
    file.logger(LogFormat::json, LogLevel::info)
        .info("message.sent", {{"trace", "00ff"}, {"attempt", 3}, {"fresh", true}, {"seconds", 0.25}});
    REQUIRE(file.lines().size() == 1);
    const auto line = boost::json::parse(file.lines()[0]).as_object();
    CHECK(line.at("level").as_string() == "info");
    CHECK(line.at("event").as_string() == "message.sent");
    CHECK(line.at("trace").as_string() == "00ff");
    CHECK(line.at("attempt").as_int64() == 3);
    CHECK(line.at("fresh").as_bool());
    CHECK(line.at("seconds").as_double() == 0.25);
}

TEST_CASE("whatever the text, one event is one line") {
    const std::string nasty = "a\nlevel=error forged\r\x1b[31m\x7f \"quoted\" \\ {} %v {0} \xe2\x80\xa8 \xe2\x80\xa9" +
                              std::string(1, '\0') + "end";
    for (const auto format : {LogFormat::json, LogFormat::human}) {
        const LogFile file;
        file.logger(format, LogLevel::info).warn("some\nevent", {{"text", nasty}});
        REQUIRE(file.lines().size() == 1);
        const std::string line = file.lines()[0];
        for (const char c : line) REQUIRE(static_cast<unsigned char>(c) >= 0x20);
        CHECK(line.find("\xe2\x80\xa8") == std::string::npos);
        if (format == LogFormat::json)
            CHECK(std::string(boost::json::parse(line).as_object().at("text").as_string()) == nasty);
    }
}

TEST_CASE("a long text is cut") {
    const LogFile file;
    file.logger(LogFormat::json, LogLevel::info).info("x", {{"text", std::string(100'000, 'x')}});
    REQUIRE(file.lines().size() == 1);
    CHECK(file.lines()[0].size() < 2300);
}

TEST_CASE("lines below the level are not written") {
    const LogFile file;
    const Logger log = file.logger(LogFormat::human, LogLevel::warn);
    CHECK_FALSE(log.enabled(LogLevel::info));
    CHECK(log.enabled(LogLevel::error));
    log.info("no");
    log.debug("no");
    log.error("yes");
    REQUIRE(file.lines().size() == 1);
    CHECK(file.lines()[0].find("yes") != std::string::npos);
    CHECK_FALSE(Logger().enabled(LogLevel::error));
    Logger().error("nowhere");
}

TEST_CASE("a phone number is shown as far as it takes to recognise it") {
    CHECK(mask_phone("923001234567") == "92*******567");
    CHECK(mask_phone("123456") == "12*456");
    CHECK(mask_phone("12345") == "*****");
    CHECK(mask_phone("").empty());
}

TEST_CASE("numbers in texts are masked, ids are not") {
    CHECK(mask_phones("923001234567@s.whatsapp.net is not on WhatsApp") ==
          "92*******567@s.whatsapp.net is not on WhatsApp");
    CHECK(mask_phones("to whatsapp:+14155238886, from 14155238887") == "to whatsapp:+14******886, from 14******887");
    for (const std::string kept : {"", "3EB0923001234567AB", "0061b1bc5a897994", "382311239314833408",
                                   "port 8080, 12345678 bytes", "2026-11-21T19:29:06.123Z", "192.168.100.200:54321"})
        CHECK(mask_phones(kept) == kept);

    const LogFile file;
    file.logger(LogFormat::json, LogLevel::info)
        .info("x", {{"why", "no account for 923001234567"}, {"to", 923001234567}});
    REQUIRE(file.lines().size() == 1);
    const auto line = boost::json::parse(file.lines()[0]).as_object();
    CHECK(line.at("why").as_string() == "no account for 92*******567");
    CHECK(line.at("to").as_int64() == 923001234567);
}

}  // namespace
}  // namespace parley
