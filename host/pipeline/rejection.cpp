#include "pipeline/rejection.hpp"

namespace parley::pipeline {

std::string_view name_of(const Rejection& rejection) {
    static constexpr std::string_view names[] = {"empty_in_group",  "not_valid",      "blacklisted",
                                                 "debug_mode",      "not_admin",      "unknown_command",
                                                 "not_whitelisted", "human_takeover", "rate_limited"};
    return names[rejection.index()];
}

std::optional<std::string> reply_for(const Rejection& rejection) {
    if (std::holds_alternative<SenderNotAdmin>(rejection)) return "You are not an admin and cannot use admin commands.";
    if (const auto* unknown = std::get_if<CommandNotFound>(&rejection))
        return "Command `" + unknown->command + "` not found. Write `" + unknown->help + "` (or `" +
               unknown->admin_help + "` if you are an admin) to see available commands.";
    if (const auto* many = std::get_if<TooManyMessages>(&rejection); many && many->tell)
        return "That was a lot at once. I can take " + std::to_string(many->messages) + " messages in " +
               std::to_string(many->window_s) + " seconds; please write again in a moment.";
    return std::nullopt;
}

}  // namespace parley::pipeline
