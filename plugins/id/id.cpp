// /id tells the ids of the message, its sender and its group: what admins need for settings.
#include <parley/plugin.hpp>

namespace {

constexpr const char* about = "Find the IDs of the message, sender, and group (if applicable).";

class Id : public parley::Plugin {
public:
    std::string name() const override { return "id"; }
    parley::Help help() const override { return {about, {{"", about, {""}}}, about}; }

    void handle(parley::Context& ctx) override {
        const auto& message = ctx.message();
        std::string text = "*IDs*";
        text += "\n- *Message ID*: " + std::string(message.id());
        text += "\n- *Sender ID*: " + std::string(message.sender());
        if (message.in_group()) text += "\n- *Group ID*: " + std::string(message.group());
        ctx.reply(text);
    }
};

}  // namespace

PARLEY_PLUGIN(Id, "id", "1.0.0", "id", "messaging");
