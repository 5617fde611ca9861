#include "plugins/sealed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "plugins/support.hpp"

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;

TEST_CASE("a sealed file keeps what was read, whatever happens to the file") {
    TempDirectory dir;
    std::ofstream(dir / "a.so") << "first";
    const auto first = SealedFile::read(dir / "a.so");
    REQUIRE(first);
    std::ofstream(dir / "a.so") << "other";
    const auto other = SealedFile::read(dir / "a.so");
    REQUIRE(other);

    CHECK(std::string(reinterpret_cast<const char*>(first->bytes().data()), first->bytes().size()) == "first");
    CHECK(first->hash() == "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e");
    CHECK(other->hash() != first->hash());
    CHECK(other->name() != first->name());
    CHECK(::write(first->fd(), "x", 1) == -1);
    CHECK(errno == EPERM);
    CHECK(::ftruncate(first->fd(), 1) == -1);
}

TEST_CASE("what is not a plain file is refused in words") {
    TempDirectory dir;
    fs::create_directory(dir / "dir.so");
    std::ofstream(dir / "real") << "x";
    fs::create_symlink(dir / "real", dir / "link.so");
    REQUIRE(::mkfifo((dir / "fifo.so").c_str(), 0600) == 0);

    const auto refusal = [&dir](const char* name) { return SealedFile::read(dir / name).error().message; };
    CHECK_THAT(refusal("dir.so"), Catch::Contains("a directory"));
    CHECK_THAT(refusal("link.so"), Catch::Contains("symbolic link"));
    CHECK_THAT(refusal("fifo.so"), Catch::Contains("not a regular file"));
    CHECK(SealedFile::read(dir / "none.so").error().code == Errc::not_found);
}
