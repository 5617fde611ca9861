// Plugins that were built outside this tree against the installed SDK: in C++, in C, and with another standard library.
#include <catch2/catch.hpp>
#include <parley/testing/fake_host.hpp>

using parley::testing::FakeHost;
using parley::testing::PluginFile;

namespace {

std::string built(const std::string& path) {
    return SDK_CONSUMER_DIR "/" + path;
}

}  // namespace

TEST_CASE("the counter example works and unloads") {
    PluginFile file(built("counter/plugins/counter.so"));
    CHECK(file.manifest().abi == "1.0");
    CHECK(file.manifest().capabilities == std::vector<std::string>{"messaging", "storage"});
    {
        FakeHost host(file);
        CHECK(host.send("/count").reply() == "1");
        CHECK(host.send("/count").reply() == "2");
        CHECK(host.send("/count -r").reply() == "Counted to 2.");
    }
    CHECK(file.unload());
}

TEST_CASE("the plugin that the README begins with works") {
    PluginFile file(built("readme/plugins/hello.so"));
    {
        FakeHost host(file);
        CHECK(host.send("/hello Ali").reply() == "Hello, Ali!");
    }
    CHECK(file.unload());
}

TEST_CASE("the plugin in plain C works and unloads") {
    PluginFile file(built("hello-c/plugins/hello.so"));
    CHECK(file.manifest().id == "hello");
    {
        FakeHost host(file);
        CHECK(host.send("/hello").reply() == "Hello, Ali!");
        CHECK(host.send({.text = "/hello", .sender_name = ""}).reply() == "Hello, 923001234567!");
        FakeHost poor(file.entry(), {});
        const auto start = poor.start();
        CHECK(start.status == PARLEY_FAILED);
        CHECK(start.report == "hello needs the capability \"messaging\"");
    }
    CHECK(file.unload());
}

#ifdef SDK_LIBCXX
TEST_CASE("a plugin built with clang and libc++ works in a host built with GCC and libstdc++") {
    PluginFile file(built("libcxx/plugins/libcxx.so"));
    {
        FakeHost host(file);
        CHECK(host.send("/words one two two").reply() == "2 words, 2 in all, string of 24");
        CHECK(host.send("/words three").reply() == "1 words, 3 in all, string of 24");
        const auto thrown = host.send("/words throw");
        CHECK(thrown.status == PARLEY_FAILED);
        CHECK(thrown.report == "thrown inside");
    }
    CHECK(file.unload());
}
#endif
