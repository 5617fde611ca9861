// A storm of delivery reports beside replies: do they hold them up?
#include <algorithm>
#include <functional>
#include <memory>

#include "bench/session.hpp"
#include "core/crypto.hpp"

namespace parley::bench {
namespace {

constexpr unsigned connections = 64;
constexpr std::uint64_t recent = 20'000;  // of so many messages something is reported

// One connection; one report at a time.
class Reporter : public Stream {
public:
    // `idle` is called whenever it can take another one.
    Reporter(Poller& poller, std::uint16_t port, std::function<void(Reporter&)> idle)
        : Stream(poller, connect_to(port)), port_(port), idle_(std::move(idle)) {}

    bool free() const { return !busy_; }
    void post(const std::string& bytes) {
        busy_ = true;
        if (!open()) start(connect_to(port_));
        send(bytes);
    }

    std::uint64_t taken = 0, refused = 0;

private:
    void received() override { look(false); }
    void ended() override { look(true); }
    void look(bool over) {
        HttpMessage answer;
        const auto parsed = parse_http(in_, over, answer);
        if (parsed == Parse::incomplete && !over) return;
        ++(parsed == Parse::complete && answer.status == 200 ? taken : refused);
        if (over || answer.close) close();
        in_.clear();
        busy_ = false;
        if (!over) idle_(*this);
    }

    std::uint16_t port_;
    std::function<void(Reporter&)> idle_;
    bool busy_ = false;
};

// So many reports a second, each a webhook of its own, about messages that the gateway took before: delivered, then
// read. What cannot be posted because the server has not answered yet is posted as soon as it has.
class Storm {
public:
    Storm(Session& session, double rate)
        : gateway_(session.gateway()), rate_(rate), hmac_(Secret(webhook_secret)), began_(now_ns()) {
        for (unsigned i = 0; i < connections; ++i)
            reporters_.push_back(std::make_unique<Reporter>(session.poller(), session.parley().port(),
                                                            [this](Reporter& one) { post_due(one); }));
    }

    void tick() {
        last_tick_ = now_ns();
        for (auto& reporter : reporters_)
            if (reporter->free()) post_due(*reporter);
        behind_ = std::max(behind_, due() - std::min(due(), posted_));
    }

    std::uint64_t taken() const {
        return sum([](const Reporter& one) { return one.taken; });
    }
    std::uint64_t refused() const {
        return sum([](const Reporter& one) { return one.refused; });
    }
    std::uint64_t behind() const { return behind_; }
    double seconds() const { return static_cast<double>(last_tick_ - began_) / 1e9; }

private:
    std::uint64_t due() const {
        return static_cast<std::uint64_t>(static_cast<double>(now_ns() - began_) / 1e9 * rate_);
    }
    void post_due(Reporter& reporter) {
        if (posted_ < due()) reporter.post(webhook(posted_++));
    }

    template <class Of>
    std::uint64_t sum(Of of) const {
        std::uint64_t all = 0;
        for (const auto& reporter : reporters_) all += of(*reporter);
        return all;
    }

    std::string webhook(std::uint64_t index) {
        const auto last = gateway_.taken(), span = std::min(recent, last);
        const auto number = last - (index / 2) % std::max<std::uint64_t>(span, 1);
        const std::string body =
            R"({"device_id":"447700900999@s.whatsapp.net","event":"message.ack","payload":{"chat_id":)"
            R"("447700900123@s.whatsapp.net","from":"447700900123@s.whatsapp.net","ids":[")" +
            FakeGateway::message_id(number) + R"("],"receipt_type":")" + (index % 2 == 0 ? "delivered" : "read") +
            R"("}})";
        return "POST /api/whatsapp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
               "X-Hub-Signature-256: sha256=" +
               hmac_.mac_hex(body) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    const FakeGateway& gateway_;
    const double rate_;
    crypto::HmacSha256 hmac_;
    std::vector<std::unique_ptr<Reporter>> reporters_;
    const Nanos began_;
    Nanos last_tick_ = 0;
    std::uint64_t posted_ = 0, behind_ = 0;
};

}  // namespace

void measure_reports(Session& session) {
    const double reports = session.options().reports;
    auto plan = session.plan(session.parley());
    plan.rate = reports / 4;
    auto alone = session.measure("parley, " + number(plan.rate, 0) + " messages a second", session.parley(), plan);
    session.report().add(alone);

    Storm storm(session, reports);
    plan.tick = [&] { storm.tick(); };
    const auto beside =
        session.measure_once("the same beside " + number(reports, 0) + " reports a second", session.parley(), plan);
    session.report().add(beside);
    session.report().figure("delivery reports",
                            number(static_cast<double>(storm.taken()) / storm.seconds(), 0) + " a second taken, " +
                                std::to_string(storm.refused()) + " refused, " + std::to_string(storm.behind()) +
                                " behind at most; median of the replies " + number(alone.load.to_deliver.p50, 2) +
                                " ms without them, " + number(beside.load.to_deliver.p50, 2) + " ms beside them");
    const auto& faults = beside.load.faults;
    session.report().add(Goal{"beside delivery reports: lost, doubled, out of order or altered",
                              static_cast<double>(faults.lost + faults.duplicated + faults.disordered + faults.altered),
                              "", 0, false});
}

}  // namespace parley::bench
