// /admin setting: every answer.
#include <catch2/catch.hpp>

#include "fixture.hpp"

TEST_CASE("settings are shown") {
    Sample setting("setting");
    CHECK(setting.as_admin("/admin setting -g admin_command_prefix").reply() == "*admin_command_prefix*: admin");
    CHECK(setting.as_admin("/admin setting --get nothing").reply() == "Setting `nothing` not found.");
    CHECK(setting.as_admin("/admin setting -g all").reply() ==
          "- *admin_command_prefix*: admin\n- *admin_ids*: 923000000001\n- *blacklist_ids*: \n- *kharchey_group_id*: ");
}

TEST_CASE("settings are changed") {
    Sample setting("setting");
    auto& settings = setting.host.world().settings;
    settings["openai_api_key"] = "";
    setting.host.world().refuse_setting = [](std::string_view name, std::string_view value) {
        return std::string(name == "admin_ids" && value.empty() ? "it must not be empty" : "");
    };
    CHECK(setting.as_admin("/admin setting -c admin_command_prefix !").reply() ==
          "Setting `admin_command_prefix` changed to `!`.");
    CHECK(settings["admin_command_prefix"] == "!");
    CHECK(setting.as_admin("/! setting -c kharchey_group_id \u201C120 363\u201D").reply() ==
          "Setting `kharchey_group_id` changed to `120 363`.");
    CHECK(setting.as_admin("/! setting -c openai_api_key sk-secret").reply() == "Setting `openai_api_key` changed.");
    CHECK(settings["openai_api_key"] == "sk-secret");
    CHECK(setting.as_admin("/! setting -c nothing x").reply() == "Setting `nothing` not found.");
    CHECK(setting.as_admin("/! setting -c admin_ids \"\"").reply() ==
          "Setting `admin_ids` not changed: it must not be empty");
}

TEST_CASE("the help of setting lists what there is") {
    Sample setting("setting");
    CHECK(setting.as_admin("/admin setting -c one").reply() ==
          "--change needs 2 values\n\n"
          "*Command Name: `setting`*\nChange and view settings.\n\n*Usage:*\n\n"
          "*1. Change setting.*\n`/admin setting -c [setting] [value]`\n*Examples:*\n"
          "> /admin setting -c admin_command_prefix !\n> /admin setting --change admin_command_prefix !\n\n"
          "*2. View setting.*\n`/admin setting -g [setting]`\n*Examples:*\n"
          "> /admin setting -g admin_command_prefix\n> /admin setting --get admin_command_prefix\n\n"
          "*3. View all settings.*\n`/admin setting -g all`\n*Examples:*\n"
          "> /admin setting -g all\n> /admin setting --get all\n\n"
          "Available settings:\n- admin_command_prefix\n- admin_ids\n- blacklist_ids\n- kharchey_group_id");
}
