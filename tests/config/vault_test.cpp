#include "config/vault.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

namespace parley::config {
namespace {

const Vault vault(Secret(std::string(32, 'k')));

TEST_CASE("what was sealed is unsealed") {
    const std::string texts[] = {"sk-123", "", std::string(100'000, 'x'), std::string("a\0b\xff", 4)};
    for (const auto& plain : texts) {
        const std::string sealed = vault.seal("openai_api_key", plain);
        CHECK(Vault::is_sealed(sealed));
        if (plain.size() > 3) CHECK(sealed.find(plain.substr(0, 16)) == std::string::npos);
        const auto back = vault.unseal("openai_api_key", sealed);
        REQUIRE(back);
        CHECK(*back == plain);
    }
    CHECK(vault.seal("a", "x") != vault.seal("a", "x"));  // a fresh nonce each
}

TEST_CASE("another key, another name or a changed byte is refused") {
    const std::string sealed = vault.seal("name", "secret");
    CHECK_FALSE(Vault(Secret(std::string(32, 'x'))).unseal("name", sealed));
    CHECK_FALSE(vault.unseal("other", sealed));
    CHECK_FALSE(vault.unseal("name", "secret"));
    CHECK_FALSE(vault.unseal("name", ""));
    CHECK_FALSE(vault.unseal("name", "v1:"));
    CHECK_FALSE(vault.unseal("name", "v1:!!!!"));
    CHECK_FALSE(vault.unseal("name", sealed.substr(0, 20)));
    CHECK_FALSE(vault.unseal("name", sealed.substr(0, sealed.size() - 4)));
    for (std::size_t i = 3; i < sealed.size(); ++i) {
        std::string changed = sealed;
        if (changed[i] == '=') continue;
        changed[i] = changed[i] == 'A' ? 'Q' : 'A';
        INFO("character " << i);
        REQUIRE_FALSE(vault.unseal("name", changed));
    }
    CHECK(vault.unseal("name", "x").error().code == Errc::invalid);
}

TEST_CASE("a key file is made once, for its owner alone") {
    const test::TempDirectory directory;
    const std::string file = directory.path() + "/master.key";
    CHECK(Vault::read(file).error().code == Errc::not_found);
    CHECK_FALSE(std::filesystem::exists(file));
    const auto made = Vault::open(file);
    REQUIRE(made);
    struct stat status {};
    REQUIRE(stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(status.st_size == 32);
    const auto again = Vault::open(file);
    REQUIRE(again);
    CHECK(again->unseal("n", made->seal("n", "x")).value() == "x");
}

TEST_CASE("a key file of the wrong size is refused and kept") {
    const test::TempDirectory directory;
    for (const std::size_t size : {std::size_t(0), std::size_t(31), std::size_t(33)}) {
        const std::string file = directory.write("key", std::string(size, 'k'));
        const auto opened = Vault::open(file);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().message.find("exactly 32 bytes") != std::string::npos);
        CHECK(std::filesystem::file_size(file) == size);
    }
    CHECK_FALSE(Vault::open(directory.path() + "/no/such/directory/key"));
}

}  // namespace
}  // namespace parley::config
