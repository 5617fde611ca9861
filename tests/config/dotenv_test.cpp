#include <catch2/catch.hpp>

#include "config/config.hpp"
#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

namespace parley::config {
namespace {

std::string at(const Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? "(none)" : found->second;
}

TEST_CASE("the file of an installed host is read where there is no .env") {
    const test::TempDirectory directory;
    const auto system = directory.write("parley.env", "PARLEY_T_WHERE=system\n");
    const auto installed = read_environment(directory.path() + "/.env", system);
    REQUIRE(installed);
    CHECK(at(*installed, "PARLEY_T_WHERE") == "system");
    const auto checkout = read_environment(directory.write(".env", "PARLEY_T_HERE=1\n"), system);
    REQUIRE(checkout);
    CHECK(at(*checkout, "PARLEY_T_WHERE") == "(none)");
}

TEST_CASE("a .env file is read line by line") {
    const test::TempDirectory directory;
    const auto environment = read_environment(directory.write(".env",
                                                              "# a comment\n"
                                                              "\n"
                                                              "PARLEY_T_PLAIN=some words # and why\n"
                                                              "  PARLEY_T_SPACED =  x  \r\n"
                                                              "export PARLEY_T_EXPORTED=yes\n"
                                                              "PARLEY_T_DOUBLE=\"a \\\"b\\\"\\n#c\" # comment\n"
                                                              "PARLEY_T_SINGLE='as \\n it is'\n"
                                                              "PARLEY_T_HASH=a#b\n"
                                                              "PARLEY_T_EQUALS=a=b=c\n"
                                                              "PARLEY_T_EMPTY=\n"
                                                              "PARLEY_T_ONLY_COMMENT= # words\n"
                                                              "PARLEY_T_TAB=x\t# words\n"
                                                              "PARLEY_T_HASH_FIRST=#1\n"
                                                              "PARLEY_T_TWICE=first\n"
                                                              "PARLEY_T_TWICE=last\n"
                                                              "PARLEY_T_LAST=no line end"));
    REQUIRE(environment);
    CHECK(at(*environment, "PARLEY_T_PLAIN") == "some words");
    CHECK(at(*environment, "PARLEY_T_SPACED") == "x");
    CHECK(at(*environment, "PARLEY_T_EXPORTED") == "yes");
    CHECK(at(*environment, "PARLEY_T_DOUBLE") == "a \"b\"\n#c");
    CHECK(at(*environment, "PARLEY_T_SINGLE") == "as \\n it is");
    CHECK(at(*environment, "PARLEY_T_HASH") == "a#b");
    CHECK(at(*environment, "PARLEY_T_EQUALS") == "a=b=c");
    CHECK(at(*environment, "PARLEY_T_EMPTY").empty());
    CHECK(at(*environment, "PARLEY_T_ONLY_COMMENT").empty());
    CHECK(at(*environment, "PARLEY_T_TAB") == "x");
    CHECK(at(*environment, "PARLEY_T_HASH_FIRST") == "#1");
    CHECK(at(*environment, "PARLEY_T_TWICE") == "last");
    CHECK(at(*environment, "PARLEY_T_LAST") == "no line end");
}

TEST_CASE("the real environment is stronger than the .env file") {
    REQUIRE(setenv("PARLEY_T_BOTH", "real", 1) == 0);
    const test::TempDirectory directory;
    const auto environment = read_environment(directory.write(".env", "PARLEY_T_BOTH=file\n"));
    unsetenv("PARLEY_T_BOTH");
    REQUIRE(environment);
    CHECK(at(*environment, "PARLEY_T_BOTH") == "real");
}

TEST_CASE("a .env file that is not there is none") {
    CHECK(read_environment("/nonexistent/.env", "/nonexistent/parley.env").has_value());
}

TEST_CASE("a broken line is named") {
    for (const std::string broken :
         {"no equals sign", "=value", "A B=c", "A=\"not closed", "A='not closed", "A=\"b\"c"}) {
        INFO(broken);
        const test::TempDirectory directory;
        const std::string file = directory.write(".env", "# first\nOK=1\n" + broken + "\n");
        const auto environment = read_environment(file);
        REQUIRE_FALSE(environment);
        CHECK(environment.error().message.find(file + ", line 3:") != std::string::npos);
    }
}

}  // namespace
}  // namespace parley::config
