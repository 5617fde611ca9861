// /admin plugin: every answer, and what it asks of the host.
#include <catch2/catch.hpp>

#include "fixture.hpp"

namespace {

struct PluginCommand : Sample {
    PluginCommand() : Sample("plugin") {
        auto& plugins = host.world().plugins;
        plugins["echo"] = parley::Json::parse(
            R"({"id":"echo","version":"1.0.0","state":"serving","generation":3,"commands":["echo"],)"
            R"("capabilities":["messaging","media"],"file":"echo.so","calls":12,"failures":1,"error":""})");
        plugins["tts"] = parley::Json::parse(
            R"({"id":"tts","version":"2.1.0","state":"failed","generation":0,"commands":[],"capabilities":[],)"
            R"("file":"tts.so","calls":0,"failures":0,"error":"no key given"})");
        host.world().plugin_files.insert("new.so");
    }
};

using Requests = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("plugins are listed and described") {
    PluginCommand plugin;
    CHECK(plugin.as_admin("/admin plugin list").reply() ==
          "*Plugins:*\n- *echo* 1.0.0: serving\n- *tts* 2.1.0: failed (no key given)");
    CHECK(
        plugin.as_admin("/admin plugin info echo").reply() ==
        "*echo* 1.0.0\n- *State*: serving\n- *Commands*: echo\n- *Capabilities*: messaging, media\n- *File*: echo.so\n"
        "- *Generation*: 3\n- *Calls*: 12, failed: 1");
    CHECK_THAT(plugin.as_admin("/admin plugin info tts").reply(), Catch::EndsWith("- *Error*: no key given"));
    CHECK(plugin.as_admin("/admin plugin info none").reply() == "Plugin `none` not found.");
}

TEST_CASE("changes are asked of the host, which tells how they went") {
    PluginCommand plugin;
    for (const std::string action : {"reload", "unload", "enable", "disable"}) {
        const auto outcome = plugin.as_admin("/admin plugin " + action + " echo");
        CHECK(outcome.plugin_requests == Requests{{action, "echo"}});
        CHECK(outcome.sent.empty());
        CHECK(plugin.as_admin("/admin plugin " + action + " none").reply() == "Plugin `none` not found.");
    }
    CHECK(plugin.as_admin("/admin plugin reload all").plugin_requests == Requests{{"reload", "all"}});
    CHECK(plugin.as_admin("/admin plugin Load new.so").plugin_requests == Requests{{"load", "new.so"}});
    CHECK(plugin.as_admin("/admin plugin load old.so").reply() ==
          "There is no file `old.so` in the plugins directory.");
}

TEST_CASE("plugin sends help for everything else") {
    PluginCommand plugin;
    for (const auto* text :
         {"/admin plugin", "/admin plugin explode echo", "/admin plugin reload", "/admin plugin list x"}) {
        CHECK_THAT(plugin.as_admin(text).reply(),
                   Catch::Contains("*Command Name: `plugin`*\nManage plugins.\n\n*Usage:*\n\n"
                                   "*1. List all plugins.*\n`/admin plugin list`\n"));
    }
    CHECK(plugin.send("/plugin list").command.empty());
}
