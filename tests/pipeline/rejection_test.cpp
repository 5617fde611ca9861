#include "pipeline/rejection.hpp"

#include <catch2/catch.hpp>

namespace parley::pipeline {
namespace {

TEST_CASE("who types the admin prefix without being one is told so") {
    CHECK(reply_for(SenderNotAdmin{}) == "You are not an admin and cannot use admin commands.");
}

TEST_CASE("an unknown command is answered with the way to the help") {
    CHECK(reply_for(CommandNotFound{"x", "/help", "/admin help"}) ==
          "Command `x` not found. Write `/help` (or `/admin help` if you are an admin) to see available commands.");
    CHECK(reply_for(CommandNotFound{"x", "./help", "./admin help"}) ==
          "Command `x` not found. Write `./help` (or `./admin help` if you are an admin) to see available commands.");
}

TEST_CASE("all other rejections are silent, and each has its name") {
    for (const Rejection& silent : {Rejection(EmptyMessageInGroup{}), Rejection(MessageNotValid{}),
                                    Rejection(SenderInBlackList{}), Rejection(DebugModeOnly{})})
        CHECK_FALSE(reply_for(silent).has_value());
    CHECK(name_of(EmptyMessageInGroup{}) == "empty_in_group");
    CHECK(name_of(MessageNotValid{}) == "not_valid");
    CHECK(name_of(SenderInBlackList{}) == "blacklisted");
    CHECK(name_of(DebugModeOnly{}) == "debug_mode");
    CHECK(name_of(SenderNotAdmin{}) == "not_admin");
    CHECK(name_of(CommandNotFound{}) == "unknown_command");
}

}  // namespace
}  // namespace parley::pipeline
