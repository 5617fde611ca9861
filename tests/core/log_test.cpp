#include "core/log.hpp"

#include <fcntl.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

namespace parley {
namespace {

// A log file that is gone after the test.
class LogFile {
public:
    LogFile() {
        std::string directory = (std::filesystem::temp_directory_path() / "parley-log-XXXXXX").string();
        REQUIRE(mkdtemp(directory.data()) != nullptr);
        directory_ = directory;
    }
    ~LogFile() {
        std::error_code best_effort;
        std::filesystem::remove_all(directory_, best_effort);
    }
    std::string path() const { return directory_ + "/log"; }
    std::vector<std::string> lines() const {
        std::ifstream file(path());
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) lines.push_back(line);
        return lines;
    }

private:
    std::string directory_;
};

TEST_CASE("a line of JSON has its fields with their types") {
    const LogFile file;
    Logger::to_file(file.path(), LogFormat::json, LogLevel::info)
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
        Logger::to_file(file.path(), format, LogLevel::info).warn("some\nevent", {{"text", nasty}});
        REQUIRE(file.lines().size() == 1);
        const std::string line = file.lines()[0];
        for (const char c : line) REQUIRE(static_cast<unsigned char>(c) >= 0x20);
        CHECK(line.find("\xe2\x80\xa8") == std::string::npos);
        if (format == LogFormat::json)
            CHECK(std::string(boost::json::parse(line).as_object().at("text").as_string()) == nasty);
    }
}

TEST_CASE("programs that are started do not inherit the log file") {
    const LogFile file;
    const Logger log = Logger::to_file(file.path(), LogFormat::human, LogLevel::info);
    int found = 0;
    for (int fd = 3; fd < 256; ++fd) {
        std::error_code none;
        if (std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), none) != file.path()) continue;
        ++found;
        CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK(found == 1);
}

TEST_CASE("a long text is cut") {
    const LogFile file;
    Logger::to_file(file.path(), LogFormat::json, LogLevel::info).info("x", {{"text", std::string(100'000, 'x')}});
    REQUIRE(file.lines().size() == 1);
    CHECK(file.lines()[0].size() < 2300);
}

TEST_CASE("lines below the level are not written") {
    const LogFile file;
    const Logger log = Logger::to_file(file.path(), LogFormat::human, LogLevel::warn);
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

}  // namespace
}  // namespace parley
