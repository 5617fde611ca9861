#include "pipeline/rejection.hpp"

namespace parley::pipeline {

std::string_view name_of(const Rejection& rejection) {
    static constexpr std::string_view names[] = {"empty_in_group", "not_valid", "blacklisted",
                                                 "debug_mode",     "not_admin", "unknown_command"};
    return names[rejection.index()];
}

std::optional<std::string> reply_for(const Rejection& rejection) {
    if (std::holds_alternative<SenderNotAdmin>(rejection)) return "You are not an admin and cannot use admin commands.";
    if (const auto* unknown = std::get_if<CommandNotFound>(&rejection))
        return "Command `" + unknown->command + "` not found. Write `" + unknown->help + "` (or `" +
               unknown->admin_help + "` if you are an admin) to see available commands.";
    return std::nullopt;
}

}  // namespace parley::pipeline
