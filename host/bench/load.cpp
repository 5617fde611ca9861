#include "bench/load.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <deque>
#include <random>

#include "core/crypto.hpp"

namespace parley::bench {

volatile bool interrupted = false;

namespace {

constexpr Nanos second = 1'000'000'000;
constexpr std::size_t most_pending = 50'000;  // open loop: beyond it the server is lost, and so is the measurement

Latency latency_of(std::vector<double>& all) {
    if (all.empty()) return {};
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all.size())));
        return all[std::min(all.size(), std::max<std::size_t>(rank, 1)) - 1];
    };
    return {at(0.5), at(0.9), at(0.99), at(0.999), all.back()};
}

std::string iso_now() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

// A chat's messages always go over the same connection, one after the other: only then is it known in which order they
// came in.
class Sender : public Stream {
public:
    struct Owner {
        virtual ~Owner() = default;
        virtual std::string webhook(std::size_t index) = 0;
        virtual void answered(std::size_t index, bool taken) = 0;
    };

    Sender(Owner& owner, Poller& poller, std::uint16_t port)
        : Stream(poller, connect_to(port)), owner_(owner), port_(port) {}

    void post(std::size_t index) {
        waiting_.push_back(index);
        if (!busy_) next();
    }
    void wake(Nanos now) {
        if (!busy_ && !waiting_.empty() && now >= resume_) next();
    }

private:
    void next() {
        if (waiting_.empty() || now_ns() < resume_) return;
        busy_ = true;
        if (!open()) start(connect_to(port_));
        send(owner_.webhook(waiting_.front()));
    }

    void received() override { look(false); }
    void ended() override { look(true); }

    void look(bool over) {
        HttpMessage answer;
        const auto parsed = parse_http(in_, over, answer);
        if (parsed == Parse::incomplete && !over) return;
        const bool taken = parsed == Parse::complete && answer.status >= 200 && answer.status < 300;
        const bool keep = parsed == Parse::complete && !answer.close && !over;
        in_.clear();
        if (!keep) close();
        if (!busy_) return;
        busy_ = false;
        const auto index = waiting_.front();
        if (taken) waiting_.pop_front();  // else it is posted again, as a gateway does
        if (!taken) resume_ = now_ns() + second / 20;
        owner_.answered(index, taken);
        if (!busy_) next();
    }

    Owner& owner_;
    std::uint16_t port_;
    std::deque<std::size_t> waiting_;  // the first is on its way while busy_
    bool busy_ = false;
    Nanos resume_ = 0;
};

class Run : private Sender::Owner {
public:
    Run(Poller& poller, FakeGateway& gateway, const LoadPlan& plan);
    ~Run() override { gateway_.on_delivery(nullptr); }
    LoadResult operator()();

private:
    std::string webhook(std::size_t index) override;
    void answered(std::size_t index, bool taken) override;
    void delivered(const std::string& to, const std::string& text);

    bool issuing(Nanos now) const { return now < closes_ && (plan_.most == 0 || ledger_.size() < plan_.most); }
    void issue(Nanos due);
    void issue_due(Nanos now);
    void turn(Nanos until);
    void drain();
    LoadResult result();

    Poller& poller_;
    FakeGateway& gateway_;
    const LoadPlan& plan_;
    crypto::HmacSha256 hmac_;
    std::mt19937_64 random_{std::random_device{}()};
    Ledger ledger_;
    std::vector<std::unique_ptr<Sender>> senders_;
    std::string timestamp_ = iso_now();
    std::string bytes_, body_;
    Nanos began_ = 0, opens_ = 0, closes_ = 0;
    Nanos next_due_ = 0, previous_delivery_ = 0, longest_pause_ = 0, last_news_ = 0, next_wake_ = 0;
    bool overrun_ = false;
};

Run::Run(Poller& poller, FakeGateway& gateway, const LoadPlan& plan)
    : poller_(poller),
      gateway_(gateway),
      plan_(plan),
      hmac_(Secret(plan.secret)),
      ledger_(static_cast<std::uint32_t>(random_()), plan.chats) {
    for (unsigned i = 0; i < std::min(plan.connections, plan.chats); ++i)
        senders_.push_back(std::make_unique<Sender>(static_cast<Sender::Owner&>(*this), poller, plan.port));
    gateway_.on_delivery([this](const std::string& to, const std::string& text) { delivered(to, text); });
}

// As version 9 of the gateway writes it.
std::string Run::webhook(std::size_t index) {
    const auto chat = ledger_.entry(index).chat;
    const auto phone = ledger_.phone(chat);
    // Random, but the same when it is posted again.
    std::uint64_t mixed = (index + 1) * 0x9E3779B97F4A7C15u ^ static_cast<std::uint64_t>(began_);
    mixed = (mixed ^ (mixed >> 31)) * 0xBF58476D1CE4E5B9u;
    char id[32];
    std::snprintf(id, sizeof id, "3A%016llX%06zX", static_cast<unsigned long long>(mixed), index & 0xFFFFFF);
    const std::string text = (chat < plan_.plain_chats ? "" : plan_.command) + ledger_.text(index);
    body_ = R"({"device_id":"447700900999@s.whatsapp.net","event":"message","payload":{"body":")";
    body_ += text;
    body_ += R"(","chat_id":")";
    body_ += phone;
    body_ += R"(@s.whatsapp.net","from":")";
    body_ += phone;
    body_ += R"(@s.whatsapp.net","from_name":"Ada Example","id":")";
    body_ += id;
    body_ += R"(",)";
    if (plan_.with_file) body_ += R"("image":{"caption":")" + text + R"(","path":"statics/media/picture.jpeg"},)";
    body_ += R"("is_from_me":false,"sender_display_name":"Ada Example","timestamp":")";
    body_ += timestamp_;
    body_ += R"("},"session_id":"bench"})";
    bytes_ = "POST " + plan_.target +
             " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=";
    bytes_ += hmac_.mac_hex(body_);
    bytes_ += "\r\nContent-Length: ";
    bytes_ += std::to_string(body_.size());
    bytes_ += "\r\n\r\n";
    bytes_ += body_;
    return bytes_;
}

void Run::issue(Nanos due) {
    const auto chat = static_cast<std::uint32_t>((plan_.chats_in_turn ? ledger_.size() : random_()) % plan_.chats);
    const auto index = ledger_.issue(chat, due);
    senders_[chat % senders_.size()]->post(index);
}

void Run::issue_due(Nanos now) {
    if (plan_.rate <= 0 || overrun_) return;
    const auto step = static_cast<Nanos>(1e9 / plan_.rate);
    for (; next_due_ <= now && issuing(next_due_); next_due_ += step) issue(next_due_);
    overrun_ = ledger_.pending() > most_pending;
}

void Run::answered(std::size_t index, bool taken) {
    const Nanos now = now_ns();
    if (!taken) {
        ++ledger_.faults().refused;
        next_wake_ = std::min(next_wake_, now + second / 20);
        return;
    }
    last_news_ = now;
    ledger_.acknowledged(index, now);
    // The reply may have come before the answer: the slot is free when both have.
    if (plan_.rate <= 0 && ledger_.entry(index).delivered != 0 && issuing(now)) issue(now);
}

void Run::delivered(const std::string& to, const std::string& text) {
    const Nanos now = now_ns();
    last_news_ = now;
    const auto index = ledger_.delivered(to, text, now);
    if (!index) return;
    if (now >= opens_ && now < closes_) {
        longest_pause_ = std::max(longest_pause_, now - std::max(previous_delivery_, opens_));
        previous_delivery_ = now;
    }
    if (plan_.rate <= 0 && ledger_.entry(*index).acknowledged != 0 && issuing(now)) issue(now);
}

void Run::turn(Nanos until) {
    if (interrupted) throw Interrupted{};
    poller_.poll(gateway_.next_due(std::min(until, next_wake_)));
    const Nanos now = now_ns();
    gateway_.answer(now);
    if (now < next_wake_) return;
    next_wake_ = now + second / 20;
    timestamp_ = iso_now();
    for (auto& sender : senders_) sender->wake(now);
    if (plan_.tick) plan_.tick();
}

LoadResult Run::operator()() {
    began_ = now_ns();
    opens_ = began_ + static_cast<Nanos>(plan_.warm_up_s * 1e9);
    closes_ = opens_ + static_cast<Nanos>(plan_.window_s * 1e9);
    next_due_ = began_;
    if (plan_.rate <= 0)
        for (unsigned i = 0; i < plan_.slots && issuing(began_); ++i) issue(began_);
    bool opened = false;
    for (Nanos now = began_; now < closes_; now = now_ns()) {
        if (!opened && now >= opens_) {
            opened = true;
            if (plan_.window_opened) plan_.window_opened();
        }
        issue_due(now);
        Nanos until = opened ? closes_ : opens_;
        if (plan_.rate > 0) until = std::min(until, next_due_);
        turn(until);
        if (plan_.most != 0 && ledger_.size() >= plan_.most && ledger_.pending() == 0) break;
    }
    if (plan_.window_closed) plan_.window_closed();
    drain();
    return result();
}

// Everything that is on its way arrives; a little later still, what should not have come twice would have.
void Run::drain() {
    last_news_ = std::max(last_news_, now_ns());
    while (ledger_.pending() > 0 && now_ns() - last_news_ < plan_.patience) turn(now_ns() + second / 10);
    const Nanos end = now_ns() + second / 5;
    while (now_ns() < end) turn(end);
    ledger_.close();
}

LoadResult Run::result() {
    LoadResult result;
    std::vector<double> acknowledge, deliver;
    std::size_t acknowledged = 0, arrived = 0;
    for (std::size_t i = 0; i < ledger_.size(); ++i) {
        const auto& entry = ledger_.entry(i);
        acknowledged += entry.acknowledged >= opens_ && entry.acknowledged < closes_ ? 1 : 0;
        arrived += entry.delivered >= opens_ && entry.delivered < closes_ ? 1 : 0;
        if (entry.due < opens_ || entry.due >= closes_) continue;
        if (entry.acknowledged != 0) acknowledge.push_back(static_cast<double>(entry.acknowledged - entry.due) / 1e6);
        if (entry.delivered != 0) deliver.push_back(static_cast<double>(entry.delivered - entry.due) / 1e6);
    }
    result.acknowledged_rate = static_cast<double>(acknowledged) / plan_.window_s;
    result.delivered_rate = static_cast<double>(arrived) / plan_.window_s;
    result.to_acknowledge = latency_of(acknowledge);
    result.to_deliver = latency_of(deliver);
    result.longest_pause_ms = static_cast<double>(longest_pause_) / 1e6;
    result.posted = ledger_.size();
    result.overrun = overrun_;
    result.faults = ledger_.faults();
    return result;
}

}  // namespace

LoadResult run_load(Poller& poller, FakeGateway& gateway, const LoadPlan& plan) {
    return Run(poller, gateway, plan)();
}

}  // namespace parley::bench
