// Three providers are away while people go on writing: a gateway, Meta and Twilio, each with an account of one host. A
// few seconds in the suite; PARLEY_OUTAGE_SECONDS=300 makes it five minutes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "support/cloud.hpp"
#include "support/gateway_form.hpp"
#include "support/memory.hpp"
#include "support/twilio.hpp"

namespace parley::e2e {
namespace {

using Clock = std::chrono::steady_clock;
using Texts = std::map<std::string, std::vector<std::string>>;  // by person, in order

constexpr int chats = 40;

std::chrono::seconds outage() {
    const char* seconds = std::getenv("PARLEY_OUTAGE_SECONDS");
    return std::chrono::seconds(seconds ? std::atoi(seconds) : 4);
}

std::string person(int chat) {
    return std::to_string(923005550000 + chat);
}

// A provider, and what people write by it.
class Side {
public:
    // `at_most`: sends a second that the account may make.
    Side(std::string channel, int at_most, const FakeProvider::Routes& routes)
        : name(std::move(channel)),
          rate(at_most),
          provider(routes, [this](const net::Request& request) { return take(request); }) {}
    virtual ~Side() = default;

    virtual void write(const Host& host, const std::string& text, const std::string& from) = 0;
    // It tells of what it took, as far as it does that by itself.
    virtual void report(const Host&) {}

    void write_next(const Host& host) {
        const std::string who = person(written_ % chats), text = "number " + std::to_string(written_);
        write(host, "/echo " + text, who);
        expected_[who].push_back(text);
        ++written_;
    }
    bool has_all() const {
        const std::lock_guard lock(mutex_);
        return times_.size() >= expected_count() && came_ == expected_;
    }
    std::size_t expected_count() const { return static_cast<std::size_t>(written_); }
    std::vector<Clock::time_point> times() const {
        const std::lock_guard lock(mutex_);
        return times_;
    }

    const std::string name;
    const int rate;

protected:
    virtual net::Response take(const net::Request& request) = 0;
    // `to` has the person's number in it.
    void came(const std::string& to, const std::string& text) {
        const std::lock_guard lock(mutex_);
        came_[to.substr(std::min(to.find("923"), to.size()), 12)].push_back(text);
        times_.push_back(Clock::now());
    }

private:
    mutable std::mutex mutex_;
    Texts came_, expected_;
    std::vector<Clock::time_point> times_;
    int written_ = 0;

public:
    FakeProvider provider;  // last: its thread uses the others
};

struct GatewaySide : Side {
    GatewaySide() : Side("gateway", 200, {{"POST", "/send/{what}"}}) {}

    void write(const Host& host, const std::string& text, const std::string& from) override {
        REQUIRE(host.post(body_of({.text = text, .from = from})).status == 200);
    }
    net::Response take(const net::Request& request) override {
        Call call;
        const std::string wrong = read_call(request, call);
        if (request.path == "/send/message") came(call.to(), call.text() + wrong);
        return net::Response::json(200, R"({"code":"SUCCESS","message":"sent","results":{"message_id":"3EB0"}})");
    }
};

struct CloudSide : Side {
    CloudSide()
        : Side("cloud", 80, {{"POST", "/v25.0/{id}/messages"}, {"GET", "/v25.0/{id}"}, {"GET", "/v25.0/{id}/{edge}"}}) {
    }

    void write(const Host& host, const std::string& text, const std::string& from) override {
        post(host, cloud::text_webhook(text, from));
    }
    void report(const Host& host) override {
        std::string statuses;
        for (const auto& request : provider.requests_to(cloud::messages)) {
            const auto message = cloud::json_of(request);
            if (!message.contains("biz_opaque_callback_data")) continue;
            const std::string ours(message.at("biz_opaque_callback_data").as_string());
            statuses += statuses.empty() ? "" : ",";
            statuses.append(R"({"id":"wamid.)").append(ours);
            statuses.append(R"(","status":"delivered","timestamp":"1749416390","recipient_id":"923005550000",)");
            statuses.append(R"("biz_opaque_callback_data":")").append(ours).append("\"}");
        }
        post(host, cloud::webhook("messages", cloud::value_of(",\"statuses\":[" + statuses + "]")));
    }
    net::Response take(const net::Request& request) override {
        if (request.path != cloud::messages) return net::Response::json(200, R"({"data":[]})");
        const auto message = cloud::json_of(request);
        if (!message.contains("text")) return net::Response::json(200, R"({"success":true})");
        came(std::string(message.at("to").as_string()), cloud::text_of(message));
        return net::Response::json(200, R"({"messages":[{"id":"wamid.out"}]})");
    }

private:
    static void post(const Host& host, const std::string& body) {
        REQUIRE(http(host.port(), "POST", "/whatsapp/webhook", body,
                     {{"Content-Type", "application/json"}, {"X-Hub-Signature-256", "sha256=" + cloud::sign(body)}})
                    .status == 200);
    }
};

struct TwilioSide : Side {
    TwilioSide() : Side("twilio", 80, {{"POST", twilio::messages}, {"GET", twilio::messages}}) {}

    void write(const Host& host, const std::string& text, const std::string& from) override {
        REQUIRE(twilio::post(host, twilio::text_form(text, from)).status == 200);
    }
    net::Response take(const net::Request& request) override {
        if (request.method == "GET") return net::Response::json(200, ledger.list(request.query));
        came(twilio::field(request, "To"), twilio::field(request, "Body"));
        return net::Response::json(
            201, R"({"sid":")" + ledger.take(request.body) + R"(","status":"queued","error_code":null})");
    }

    twilio::Ledger ledger;
};

struct World {
    GatewaySide gateway;
    CloudSide meta;
    TwilioSide twilio;
    Side* const sides[3] = {&gateway, &meta, &twilio};
    Host host{{gateway.provider.url(),
               {"echo"},
               {{"GATEWAY_RATE", std::to_string(gateway.rate)},
                {"WHATSAPP_PHONE_NUMBER_ID", cloud::number_id},
                {"WHATSAPP_BUSINESS_ACCOUNT_ID", cloud::business_id},
                {"WHATSAPP_ACCESS_TOKEN", "EAAG-token"},
                {"WHATSAPP_APP_SECRET", cloud::app_secret},
                {"WHATSAPP_VERIFY_TOKEN", "words"},
                {"WHATSAPP_API_URL", meta.provider.url()},
                {"TWILIO_ACCOUNT_SID", twilio::account},
                {"TWILIO_AUTH_TOKEN", twilio::token},
                {"TWILIO_WHATSAPP_NUMBER", twilio::sender},
                {"TWILIO_API_URL", twilio.provider.url()},
                {"PUBLIC_URL", twilio::public_url}}}};

    World() {
        host.start();
        // Nobody is written to as fast as the people of a long outage are.
        REQUIRE(host.cli({"account", "set", "cloud", "person_rate=0"}).code == 0);
    }
    bool has_all() const {
        return std::all_of(std::begin(sides), std::end(sides), [](const Side* side) { return side->has_all(); });
    }
};

}  // namespace

TEST_CASE("an outage of the providers loses nothing, keeps the order, and is made up for at the allowed rates") {
    World world;
    std::string over_time;  // of the host's memory
    const auto write_for = [&](std::chrono::milliseconds time) {
        const auto began = Clock::now(), end = began + time;
        auto next_look = began;
        while (Clock::now() < end) {
            if (Clock::now() >= next_look) {
                next_look += std::max<Clock::duration>(time / 10, std::chrono::milliseconds(400));
                over_time += " " + std::to_string(resident_mib(world.host.pid()));
            }
            for (Side* side : world.sides) side->write_next(world.host);
            std::this_thread::sleep_for(std::chrono::milliseconds(15));  // traffic, not a wait for anything
        }
    };

    write_for(std::chrono::seconds(1));
    REQUIRE(eventually([&] { return world.has_all(); }));
    const MemoryWatch memory(world.host.pid());
    over_time.clear();
    std::map<std::string, std::size_t> already;
    for (Side* side : world.sides) {
        side->provider.go_down();
        side->report(world.host);
        already[side->name] = side->times().size();
    }
    write_for(outage());
    for (Side* side : world.sides) side->provider.come_up();
    const auto back = Clock::now();
    write_for(std::chrono::seconds(1));
    CHECK(eventually([&] { return world.has_all(); }, std::chrono::seconds(180) + outage()));

    std::string told;
    for (const Side* side : world.sides) {
        CAPTURE(side->name);
        CHECK(side->has_all());
        const auto times = side->times();
        const auto waited = already[side->name];
        const auto seconds_after = [&](Clock::time_point time) {
            return std::chrono::duration<double>(time - back).count();
        };
        for (std::size_t i = waited; i < times.size(); ++i)
            REQUIRE(static_cast<double>(i - waited) <= side->rate * (seconds_after(times[i]) + 1) + 2);
        REQUIRE_FALSE(times.empty());
        const double took = seconds_after(times.back());
        told += side->name + ": " + std::to_string(side->expected_count()) + " messages, " + std::to_string(waited) +
                " of them there before the outage; the rest in " + std::to_string(took) + " s, " +
                std::to_string(static_cast<double>(times.size() - waited) / took) + " a second of " +
                std::to_string(side->rate) + " allowed\n";
    }
    if (memory_tells) CHECK(memory.most() - memory.before() < 48);
    WARN(told << "MiB before " << memory.before() << ", while people wrote" << over_time << ", at most "
              << memory.most());
}

}  // namespace parley::e2e
