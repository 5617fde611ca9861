#include "channels/terminal/terminal_channel.hpp"

#include "core/ids.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {
namespace {

constexpr std::chrono::seconds stays_open{60};
constexpr std::size_t most_letters = 1000;
constexpr std::size_t most_mailboxes = 1000;

}  // namespace

void TerminalChannel::open(const std::string& chat) {
    forget_closed();
    mailboxes_[chat].open_until = std::chrono::steady_clock::now() + stays_open;
}

void TerminalChannel::fetch_letters(const std::string& chat, std::uint64_t after, std::chrono::milliseconds patience,
                                    Fetched done) {
    open(chat);
    Mailbox& mailbox = mailboxes_[chat];
    if (mailbox.waiting) hand_over(mailbox);  // a second terminal in the same chat takes over
    while (!mailbox.letters.empty() && mailbox.letters.front().number <= after) mailbox.letters.pop_front();
    mailbox.waiting = std::move(done);
    mailbox.waiting_after = after;
    if (!mailbox.letters.empty()) {
        hand_over(mailbox);
        return;
    }
    mailbox.timeout = executor_.after(patience, [this, chat] {
        const auto found = mailboxes_.find(chat);
        if (found == mailboxes_.end()) return;
        found->second.timeout = 0;
        if (found->second.waiting) hand_over(found->second);
    });
}

void TerminalChannel::hand_over(Mailbox& mailbox) {
    executor_.cancel(mailbox.timeout);
    mailbox.timeout = 0;
    auto done = std::exchange(mailbox.waiting, nullptr);
    std::vector<Letter> letters(mailbox.letters.begin(), mailbox.letters.end());
    done(std::move(letters));
}

void TerminalChannel::forget_closed() {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(mailboxes_,
                  [&](const auto& entry) { return !entry.second.waiting && entry.second.open_until < now; });
}

Result<void> TerminalChannel::verify(const net::Request& request) const {
    if (request.local) return {};
    return make_error(Errc::unauthorized, "the terminal is reached through the control socket only");
}

// {"as": "923001234567", "group": "" | "120363...", "text": "/help", "admin": false}
Result<Decoded> TerminalChannel::decode(const net::Request& request) const {
    auto parsed = parse_json(request.body);
    if (!parsed) return parsed.error();
    JsonProblem problem;
    const JsonReader root(*parsed, problem);
    Inbound message;
    message.sender = root["as"].string();
    message.group = root["group"].string_or("");
    message.text = text::replace_nbsp(root["text"].string());
    message.sender_name = root["name"].string_or("");
    message.account = static_cast<AccountId>(root["account"].int_or(0));
    if (root["admin"].bool_or(false)) message.payload = R"({"admin":true})";
    if (problem) return problem.error();
    if (!text::is_digits(message.sender) || (!message.group.empty() && !text::is_digits(message.group)))
        return make_error(Errc::invalid, "numbers are digits only, with the country code: 923001234567");
    message.chat = message.group.empty() ? message.sender + "@s.whatsapp.net" : message.group + "@g.us";
    message.provider_id = "terminal-" + make_trace();
    message.timestamp = unix_now();
    Decoded decoded;
    decoded.messages.push_back(std::move(message));
    return decoded;
}

void TerminalChannel::send(const Outbound& message, UniqueFunction<void(SendResult)> done) {
    const auto found = mailboxes_.find(message.chat);
    const bool open = found != mailboxes_.end() &&
                      (found->second.waiting || found->second.open_until >= std::chrono::steady_clock::now()) &&
                      found->second.letters.size() < most_letters && mailboxes_.size() <= most_mailboxes;
    if (!open) {
        executor_.post([done = std::move(done)]() mutable {
            done(SendError{SendError::Class::permanent, "nobody is at the terminal", 0});
        });
        return;
    }
    Mailbox& mailbox = found->second;
    const auto number = ++last_number_;
    mailbox.letters.push_back(Letter{number, message.kind, message.text, message.link, message.reply_to,
                                     message.media.stored, message.media.mime});
    if (mailbox.waiting) hand_over(mailbox);
    executor_.post(
        [done = std::move(done), number]() mutable { done(Sent{"terminal-reply-" + std::to_string(number)}); });
}

void TerminalChannel::fetch(const Inbound&, std::size_t, std::shared_ptr<net::BodySink>, FetchDone done) {
    executor_.post(
        [done = std::move(done)]() mutable { done(make_error(Errc::not_found, "the terminal sends no files")); });
}

}  // namespace parley::channels
