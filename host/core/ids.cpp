#include "core/ids.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>

namespace parley {
namespace {

constexpr UnixMillis epoch = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
constexpr int node_shift = 12;
constexpr int time_shift = 22;

}  // namespace

IdGenerator::IdGenerator(unsigned node, MessageId floor)
    : node_bits_(static_cast<MessageId>(node & 0x3ff) << node_shift), last_(floor) {}

MessageId IdGenerator::next() {
    MessageId id = first_of(unix_now()) | node_bits_;
    // More than 4,096 in a millisecond, or the clock went back: run ahead of the clock rather than repeat.
    if (id <= last_) {
        const MessageId sequence = (last_ & ((1 << node_shift) - 1)) + 1;
        const MessageId time = last_ >> time_shift;
        id = sequence < (1 << node_shift) ? ((time << time_shift) | node_bits_ | sequence)
                                          : (((time + 1) << time_shift) | node_bits_);
        if (id <= last_) id = ((time + 1) << time_shift) | node_bits_;
    }
    last_ = id;
    return id;
}

UnixMillis IdGenerator::time_of(MessageId id) {
    return (id >> time_shift) + epoch;
}

MessageId IdGenerator::first_of(UnixMillis time) {
    return std::max<UnixMillis>(time - epoch, 0) << time_shift;
}

std::string make_trace() {
    // Not a secret: a fast generator, seeded once a thread from the system's.
    thread_local std::mt19937_64 generator{(static_cast<std::uint64_t>(std::random_device{}()) << 32) ^
                                           std::random_device{}()};
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(generator()));
    return {text, 16};
}

UnixMillis unix_now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string to_iso8601(UnixMillis time) {
    const std::time_t seconds = static_cast<std::time_t>(time / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, length};
}

}  // namespace parley
