// Every shipped plugin leaves the process when it is closed, after it was used; otherwise a reload would run on its
// statics.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using parley::testing::FakeHost;
using parley::testing::PluginFile;

TEST_CASE("shipped plugins unload") {
    for (const std::string name : {"admin", "announce",  "ask",        "blacklist", "classroom", "echo",     "expenses",
                                   "id",    "img",       "ping",       "plugin",    "poll",      "reminder", "setting",
                                   "solve", "summarize", "transcribe", "translate", "tts",       "usage"}) {
        INFO(name);
        PluginFile file(parley::test::binary_path("plugins/" + name + ".so"));
        CHECK(file.manifest().abi == "1.0");
        CHECK(file.mapped());
        {
            FakeHost host(file);
            host.world().settings["kharchey_group_id"] = "120363000000000001";
            for (const auto& command : file.manifest().commands) {
                host.send("/" + command + " 100 Milk");
                host.send({.text = "/admin " + command + " -g", .sender = "923000000001"});
            }
            host.send({.text = "2x100 Milk", .group = "120363000000000001"});
            host.send("/reminder create in 1 minute -r daily -m tea");
            host.send("/reminder create in 1 minute -r nonsense -m tea");
            host.world().now_ms += 60'000;
            host.run_due_timers();
        }
        CHECK(file.unload());
    }
}

TEST_CASE("what is no plugin is refused with a reason") {
    CHECK_THROWS_WITH(PluginFile("/proc/self/status"), Catch::Contains("not an ELF file"));
    CHECK_THROWS_WITH(PluginFile("/proc/self/exe"), Catch::Contains("no manifest"));
    CHECK_THROWS_WITH(PluginFile("/nowhere.so"), Catch::Contains("not an ELF file"));
}
