#include "plugins/manifest.hpp"

#include "plugins/support.hpp"

using namespace parley::plugins;

namespace {

const std::string good =
    "abi=1.0\nid=echo\nversion=1.2.0\ncommands=echo echo-2\ncapabilities=messaging settings.write\n";

std::string changed(const std::string& from, const std::string& to) {
    auto text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
}

std::string refusal(const std::string& text) {
    const auto manifest = parse_manifest(text);
    return manifest ? "accepted" : manifest.error().message;
}

}  // namespace

TEST_CASE("a manifest is read") {
    const auto manifest = parse_manifest(good + std::string(1, '\0'));
    REQUIRE(manifest);
    CHECK(manifest->abi_major == 1);
    CHECK(manifest->abi_minor == 0);
    CHECK(manifest->id == "echo");
    CHECK(manifest->version == "1.2.0");
    CHECK(manifest->commands == std::vector<std::string>{"echo", "echo-2"});
    CHECK(manifest->capabilities == std::vector<std::string>{"messaging", "settings.write"});
}

TEST_CASE("keys of later hosts are skipped, lists may be empty") {
    CHECK(refusal(good + "homepage=https://example.org\n") == "accepted");
    CHECK(refusal(changed("echo echo-2", "")) == "accepted");
}

TEST_CASE("a malformed manifest says what is wrong with it") {
    CHECK_THAT(refusal(""), Catch::Contains("abi= is missing"));
    CHECK_THAT(refusal(good + "id=other\n"), Catch::Contains("'id' stands there twice"));
    CHECK_THAT(refusal(good + "junk\n"), Catch::Contains("'junk' is not key=value"));
    CHECK_THAT(refusal(changed("abi=1.0", "abi=one")), Catch::Contains("abi='one'"));
    CHECK_THAT(refusal(changed("abi=1.0", "abi=1.-1")), Catch::Contains("not of the form"));
    CHECK_THAT(refusal(changed("id=echo", "id=../etc")), Catch::Contains("id '../etc'"));
    CHECK_THAT(refusal(changed("id=echo", "id=")), Catch::Contains("id ''"));
    CHECK_THAT(refusal(changed("id=echo", "id=" + std::string(33, 'a'))), Catch::Contains("[a-z0-9_-]{1,32}"));
    CHECK_THAT(refusal(changed("1.2.0", "1 2")), Catch::Contains("version"));
    CHECK_THAT(refusal(changed("echo-2", "echo")), Catch::Contains("'echo' stands there twice"));
    CHECK_THAT(refusal(changed("echo-2", "ECHO")), Catch::Contains("command 'ECHO'"));
    CHECK_THAT(refusal(changed("messaging", "mess;aging")), Catch::Contains("capability"));
    CHECK_THAT(refusal(changed("id=echo", "id=\x1b[31m")), !Catch::Contains("\x1b"));
    CHECK_THAT(refusal(good + std::string(20'000, 'x')), Catch::Contains("16 KiB"));
}

TEST_CASE("another major version of the ABI is refused with both versions and the fix") {
    CHECK(check_abi(PARLEY_ABI_MAJOR, PARLEY_ABI_MINOR + 5));
    const auto newer = check_abi(PARLEY_ABI_MAJOR + 1, 3);
    REQUIRE_FALSE(newer);
    CHECK_THAT(newer.error().message, Catch::Contains("ABI 2.3") && Catch::Contains("this host has 1.0") &&
                                          Catch::Contains("update the host, or rebuild"));
    CHECK_THAT(check_abi(0, 9).error().message, Catch::Contains("ABI 0.9") && Catch::Contains("rebuild the plugin"));
}
