#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <thread>

#include "app/application.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds longest_poll{20};
constexpr std::chrono::seconds longest_answer{160};
constexpr std::chrono::milliseconds pause_between_answers{500};

std::string describe(const json::object& letter) {
    const auto field = [&](const char* name) { return std::string(letter.at(name).as_string()); };
    const std::string kind = field("kind");
    std::string text = field("text");
    if (kind == "link") text += (text.empty() ? "" : "\n") + field("link");
    if (kind == "media") text = "[file " + field("mime") + "] " + text;
    if (kind == "reaction") text = "[reacts " + text + "]";
    return text;
}

// One conversation: what is typed goes out, what comes back is printed.
class Conversation {
public:
    // `last`: the last letter that was there before; what it and earlier ones say is not for this conversation.
    Conversation(ControlClient host, const ChatOptions& options, std::uint64_t last)
        : host_(std::move(host)), options_(options), last_(last) {
        chat_ = options.group.empty() ? options.as + "@s.whatsapp.net" : options.group + "@g.us";
    }

    bool say(const std::string& text) {
        const json::object body{
            {"as", options_.as}, {"group", options_.group}, {"text", text}, {"admin", options_.admin}};
        const auto answer = host_.post("/control/chat", json::serialize(body));
        if (!answer) fail(answer.error().message);
        return static_cast<bool>(answer);
    }

    // Waits for answers once and prints them. How many came; nothing when the host is gone.
    std::optional<std::size_t> listen(std::chrono::milliseconds patience) {
        const auto letters = host_.get("/control/chat/letters?chat=" + chat_ + "&after=" + std::to_string(last_) +
                                       "&patience_ms=" + std::to_string(patience.count()));
        if (!letters) return std::nullopt;
        for (const auto& item : letters->as_array()) {
            const auto& letter = item.as_object();
            last_ = letter.at("number").to_number<std::uint64_t>();
            std::cout << describe(letter) << "\n" << std::flush;
        }
        return letters->as_array().size();
    }

private:
    ControlClient host_;
    ChatOptions options_;
    std::string chat_;
    std::uint64_t last_;
};

// Says each text, and prints what is answered to it: that may be several messages, and take as long as a handler and a
// language model may.
int say_all(Conversation& speaking, const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
        if (!speaking.say(text)) return 1;
        std::optional<std::size_t> came = 0;
        for (auto waited = longest_poll; came && *came == 0 && waited <= longest_answer; waited += longest_poll)
            came = speaking.listen(longest_poll);
        if (came && *came == 0)
            return fail("no answer came to \"" + text + "\" within " + std::to_string(longest_answer.count()) + " s");
        while (came && *came > 0) came = speaking.listen(pause_between_answers);
        if (!came) return fail("the host went away");
    }
    return 0;
}

int talk(const ControlClient& host, const ChatOptions& options) {
    const auto status = host.get("/control/chat");
    if (!status) return fail(status.error().message);
    const auto last = status->at("last").to_number<std::uint64_t>();
    Conversation speaking(host, options, last);
    if (!options.say.empty()) return say_all(speaking, options.say);
    const bool person = isatty(STDIN_FILENO) != 0;
    if (person)
        std::cout << "You write as " << options.as << (options.admin ? " (admin)" : "")
                  << (options.group.empty() ? "" : " in group " + options.group) << ". Try "
                  << (options.group.empty() ? "/help" : "./help") << ". Ctrl-D ends.\n";
    // A second thread prints whatever comes, also what nobody asked for.
    auto over = std::make_shared<std::atomic<bool>>(false);
    std::thread listener([listening = Conversation(host, options, last), over]() mutable {
        while (!*over && listening.listen(longest_poll)) {
        }
    });
    std::string line;
    bool ok = true;
    while (ok && std::getline(std::cin, line))
        if (!line.empty()) ok = speaking.say(line);
    *over = true;
    if (!person) std::this_thread::sleep_for(std::chrono::seconds(1));  // a script's last answer may be on its way
    listener.detach();  // it waits for letters that nobody will read; the process ends with us
    return ok ? 0 : 1;
}

}  // namespace

int chat(const config::Config& given, const ChatOptions& options) {
    config::Config config = given;
    if (auto ok = config::complete(config); !ok) return fail(ok.error().message);
    const ControlClient host(config);
    const auto there = host.get("/control/chat");
    if (there) return talk(host, options);
    if (there.error().code == Errc::denied) return fail(there.error().message);

    // Nobody serves this data directory: run the host in here, for as long as the conversation lasts.
    std::cerr << "No host is running; starting one for this conversation.\n";
    config.port = 0;
    auto started = Application::start(config, Logger::to(stderr, LogFormat::human, LogLevel::error));
    if (!started) return fail(started.error().message);
    const int result = talk(host, options);
    if (!(*started)->stop(std::chrono::seconds(5))) std::_Exit(result);
    return result;
}

}  // namespace parley::app
