#include "bench/dispatch.hpp"

#include <algorithm>
#include <atomic>
#include <semaphore>
#include <vector>

#include "bench/poller.hpp"
#include "channels/gateway/decode.hpp"
#include "core/crypto.hpp"
#include "pipeline/command_line.hpp"
#include "plugins/handler_pool.hpp"

namespace parley::bench {
namespace {

constexpr std::string_view webhook =
    R"({"device_id":"447700900999@s.whatsapp.net","event":"message","payload":{"body":"/echo Is the shop at 5th & Main open )"
    R"(on Sunday? 100% sure I saw a sign","chat_id":"923001234567@s.whatsapp.net","from":"923001234567@s.whatsapp.net",)"
    R"("from_name":"Ada Example","id":"3AD6EF1B82F5A0C3D40001","is_from_me":false,"sender_display_name":"Ada Example",)"
    R"("timestamp":"2026-01-02T03:04:05Z"},"session_id":"bench"})";

// The compiler must not find out that nobody looks at the results.
std::atomic<std::size_t> sink{0};

template <class Step>
double nanoseconds_each(Step step) {
    constexpr int count = 20'000, rounds = 5;
    std::vector<double> all;
    for (int round = 0; round < rounds; ++round) {
        const Nanos began = now_ns();
        for (int i = 0; i < count; ++i) sink.fetch_add(step(), std::memory_order_relaxed);
        all.push_back(static_cast<double>(now_ns() - began) / count);
    }
    std::sort(all.begin(), all.end());
    return all[rounds / 2];
}

double measure_hand_over(plugins::HandlerPool& pool) {
    constexpr int count = 200'000;
    std::atomic<int> left{count};
    std::binary_semaphore over{0};
    const Nanos began = now_ns();
    for (int i = 0; i < count; ++i) {
        plugins::HandlerPool::Job job;
        job.limit = std::chrono::seconds(60);
        job.run = [&] {
            if (left.fetch_sub(1) == 1) over.release();
        };
        job.overdue = [] {};
        pool.submit(std::move(job));
    }
    over.acquire();
    return static_cast<double>(now_ns() - began) / count;
}

double measure_round_trip(plugins::HandlerPool& pool) {
    std::binary_semaphore back{0};
    std::vector<double> all;
    for (int i = 0; i < 5'000; ++i) {
        plugins::HandlerPool::Job job;
        job.limit = std::chrono::seconds(60);
        job.run = [&] { back.release(); };
        job.overdue = [] {};
        const Nanos began = now_ns();
        pool.submit(std::move(job));
        back.acquire();
        all.push_back(static_cast<double>(now_ns() - began) / 1e3);
    }
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
}

}  // namespace

DispatchCost measure_dispatch() {
    DispatchCost cost;
    const crypto::HmacSha256 hmac(Secret("bench webhook secret"));
    cost.verify = nanoseconds_each([&] { return hmac.mac_hex(webhook).size(); });
    cost.decode = nanoseconds_each([] {
        const auto decoded = channels::decode_gateway(webhook, 1, 0);
        return decoded ? decoded->messages.size() : 0;
    });
    const pipeline::Speaker speaker{false, false, "admin"};
    cost.parse = nanoseconds_each(
        [&] { return pipeline::parse_request("/echo Is the shop at 5th & Main open on Sunday?", speaker).index(); });
    plugins::HandlerPool pool({}, Logger());
    cost.hand_over = measure_hand_over(pool);
    cost.round_trip_us = measure_round_trip(pool);
    return cost;
}

}  // namespace parley::bench
