// Many WebSocket clients in rooms: what each costs, how fast a text reaches all of a room, and what one costs the
// others that does not read.
#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "bench/room_people.hpp"
#include "bench/session.hpp"
#include "bench/socket_client.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t text_size = 120;
constexpr std::size_t large_text_size = 4096;  // in the room with the slow reader
constexpr unsigned opening_at_once = 64;
constexpr double room_texts_a_second = 5;  // of each room, where texts are stored

struct Window {
    double deliveries = 0;  // a second
    Latency latency;
    double server_us = 0;  // processor time of a delivery
};

// Where a client connects.
using TargetOf = std::function<std::string(unsigned client, unsigned room)>;

// All clients, and what they have seen. The first of each room speaks.
class Crowd {
public:
    Crowd(const Server& server, unsigned clients, unsigned room_size, TargetOf target_of);

    void open();
    // Each room has one text on its way at any time; with `rate`, so many texts a second in all.
    Window run(double seconds, double rate);
    void flood_last_room(bool on);
    unsigned rooms() const { return static_cast<unsigned>(speakers_.size()); }
    std::string last_room() const { return target_of_(0, rooms() - 1); }
    std::size_t lost() const;

private:
    void speak(unsigned room, Nanos due);
    void heard(unsigned room, bool speaker, std::string_view text);

    const Server& server_;
    Poller poller_;
    unsigned clients_count_, room_size_;
    TargetOf target_of_;
    std::vector<std::unique_ptr<SocketClient>> clients_;
    std::vector<SocketClient*> speakers_;
    std::vector<double> latencies_;  // milliseconds
    std::size_t said_ = 0, heard_ = 0;
    bool closed_loop_ = false, measuring_ = false, flooding_ = false;
};

Crowd::Crowd(const Server& server, unsigned clients, unsigned room_size, TargetOf target_of)
    : server_(server), clients_count_(clients), room_size_(room_size), target_of_(std::move(target_of)) {}

void Crowd::open() {
    const auto until = now_ns() + 120'000'000'000;
    const auto all_upgraded = [&] {
        return std::all_of(clients_.begin(), clients_.end(), [](const auto& client) { return client->upgraded(); });
    };
    for (unsigned i = 0; i < clients_count_; ++i) {
        const unsigned room = i / room_size_;
        const bool speaker = i % room_size_ == 0;
        clients_.push_back(std::make_unique<SocketClient>(
            poller_, server_.port(), target_of_(i, room),
            [this, room, speaker](std::string_view text) { heard(room, speaker, text); }));
        if (speaker) speakers_.push_back(clients_.back().get());
        // Never more handshakes at once than the server's backlog takes.
        while ((i + 1) % opening_at_once == 0 && !clients_.back()->upgraded() && now_ns() < until)
            poller_.poll(now_ns() + 10'000'000);
    }
    while (!all_upgraded() && now_ns() < until && !interrupted) poller_.poll(now_ns() + 10'000'000);
    if (!all_upgraded())
        throw std::runtime_error("not all sockets could be opened: is the limit of open files too low?");
}

void Crowd::speak(unsigned room, Nanos due) {
    const bool large = flooding_ && room + 1 == rooms();
    std::string text = std::string(large ? "t!" : "t=") + std::to_string(due) + " ";
    text.resize(large ? large_text_size : text_size, 'x');
    speakers_[room]->send_text(R"({"type":"message","text":")" + text + R"("})");
    said_ += room_size_;
}

void Crowd::heard(unsigned room, bool speaker, std::string_view text) {
    const auto at = std::min(text.find("\"t="), text.find("\"t!"));
    if (at == std::string_view::npos) return;  // something else that a room tells
    ++heard_;
    Nanos due = 0;
    std::from_chars(text.data() + at + 3, text.data() + text.size(), due);
    const bool large = text[at + 2] == '!';
    if (measuring_ && !large) latencies_.push_back(static_cast<double>(now_ns() - due) / 1e6);
    const bool again = large ? flooding_ : closed_loop_;
    if (speaker && again) speak(room, now_ns());
}

Latency latency_of(std::vector<double>& all) {
    if (all.empty()) return {};
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
        return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
    };
    return {at(0.5), at(0.9), at(0.99), at(0.999), all.back()};
}

Window Crowd::run(double seconds, double rate) {
    const auto warm = now_ns() + static_cast<Nanos>(seconds * 0.3e9);
    const auto end = warm + static_cast<Nanos>(seconds * 1e9);
    const auto step = rate > 0 ? static_cast<Nanos>(1e9 / rate) : 0;
    auto due = now_ns();
    unsigned turn = 0;
    closed_loop_ = rate <= 0;
    latencies_.clear();
    if (closed_loop_)
        for (unsigned room = 0; room < rooms(); ++room) speak(room, now_ns());
    std::size_t before = 0;
    Usage usage;
    while (now_ns() < end && !interrupted) {
        if (!measuring_ && now_ns() >= warm) {
            measuring_ = true;
            before = heard_;
            usage = server_.usage();
        }
        for (; step > 0 && due <= now_ns(); due += step, turn = (turn + 1) % rooms()) speak(turn, due);
        poller_.poll(std::min(end, step > 0 ? due : now_ns() + 5'000'000));
    }
    if (interrupted) throw Interrupted{};
    usage = server_.usage() - usage;
    const auto deliveries = static_cast<double>(heard_ - before);
    closed_loop_ = measuring_ = false;
    const auto patience = now_ns() + 5'000'000'000;
    while (heard_ < said_ && !flooding_ && now_ns() < patience) poller_.poll(now_ns() + 5'000'000);
    return {deliveries / usage.wall, latency_of(latencies_), 1e6 * usage.server_cpu / std::max(1.0, deliveries)};
}

void Crowd::flood_last_room(bool on) {
    flooding_ = on;
    if (on) return speak(rooms() - 1, now_ns());
    const auto patience = now_ns() + 5'000'000'000;
    while (heard_ < said_ && now_ns() < patience) poller_.poll(now_ns() + 5'000'000);
}

std::size_t Crowd::lost() const {
    return said_ - heard_;
}

std::string words(const Window& window) {
    return number(window.deliveries, 0) + " a second; p50 " + number(window.latency.p50, 1) + " ms, p99 " +
           number(window.latency.p99, 1) + " ms; " + number(window.server_us, 2) + " us of the server each";
}

// One room's speaker says large texts one after the other, as fast as they come back. Then with one in that room who
// does not read.
void measure_slow_reader(Report& report, Crowd& crowd, const Server& server, double seconds, double rate) {
    crowd.flood_last_room(true);
    const auto without = crowd.run(seconds, rate);
    SlowReader slow(server.port(), crowd.last_room());
    const auto with = crowd.run(seconds, rate);
    const bool cut = slow.cut_off();
    crowd.flood_last_room(false);
    const int code = slow.read_code(1'000'000'000);
    report.figure("sockets: one room loud, all read", words(without));
    report.figure("sockets: the same, one does not read", words(with));
    report.figure("sockets: who does not read", code != 0 ? "closed with " + std::to_string(code)
                                                : cut     ? "cut off without a word"
                                                          : "still connected");
}

// Opens all of them and says what that took.
void open_sockets(Report& report, Crowd& crowd, const Server& server, const Options& options, const std::string& what) {
    const auto empty = memory_of(server.pid());
    const auto began = now_ns();
    crowd.open();
    const double opened_s = static_cast<double>(now_ns() - began) / 1e9;
    const auto full = memory_of(server.pid());
    const double each_kb = (full.resident_mb - empty.resident_mb) * 1024 / options.sockets;
    report.figure(what, std::to_string(options.sockets) + " clients in " + std::to_string(crowd.rooms()) +
                            " rooms, texts of " + std::to_string(text_size) + " bytes; opened in " +
                            number(opened_s, 1) + " s");
    report.figure(what + ": memory of an idle one",
                  number(each_kb, 1) + " KiB (server " + number(empty.resident_mb, 1) + " -> " +
                      number(full.resident_mb, 1) + " MB, without what the kernel holds)");
}

// The same with rooms that are stored, people who sign in and a bot who listens. People may say ten texts a second.
void measure_rooms(Session& session) {
    const auto& options = session.options();
    auto& report = session.report();
    auto& server = session.parley();
    server.fill_rooms(options.sockets, options.room_size);
    Crowd crowd(server, options.sockets, options.room_size, [](unsigned client, unsigned room) {
        return "/ws/chat/" + std::to_string(room_id(room)) + "/?token=" + room_token(client);
    });
    open_sockets(report, crowd, server, options, "rooms");
    const double rate = room_texts_a_second * crowd.rooms();
    report.figure("rooms: every text stored, " + number(rate, 0) + " a second",
                  words(crowd.run(options.seconds, rate)));
    report.figure("rooms: texts lost", std::to_string(crowd.lost()));
}

}  // namespace

void measure_sockets(Session& session) {
    const auto& options = session.options();
    auto& report = session.report();
    session.say("sockets: " + std::to_string(options.sockets) + " clients, without rooms that are stored");
    auto server = Server::fanout(session.directory("fanout"));
    Crowd crowd(server, options.sockets, options.room_size,
                [](unsigned, unsigned room) { return "/rooms/" + std::to_string(room); });
    open_sockets(report, crowd, server, options, "sockets");
    const auto most = crowd.run(options.seconds, 0);
    report.figure("sockets: fan-out at most", words(most));
    const double half = most.deliveries / options.room_size / 2;
    report.figure("sockets: fan-out at half of it", words(crowd.run(options.seconds, half)));
    report.figure("sockets: texts lost", std::to_string(crowd.lost()));
    measure_slow_reader(report, crowd, server, options.seconds, half / 2);
    report.figure("sockets: memory after it all", number(memory_of(server.pid()).resident_mb, 1) + " MB");
    server.stop();
    session.say("sockets: " + std::to_string(options.sockets) + " people in rooms");
    measure_rooms(session);
}

}  // namespace parley::bench
