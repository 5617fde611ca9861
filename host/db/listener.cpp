#include "db/listener.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <pqxx/pqxx>

namespace parley::db {
namespace {

constexpr int reconnect_after_ms = 1'000;
constexpr int probe_after_ms = 30'000;  // a server that is gone without a word is noticed

class Receiver final : public pqxx::notification_receiver {
public:
    Receiver(pqxx::connection& connection, const std::string& channel)
        : pqxx::notification_receiver(connection, channel) {}
    void operator()(const std::string&, int) override { heard = true; }
    bool heard = false;
};

}  // namespace

Listener::Listener(DatabaseOptions database, std::string channel, Executor& executor, std::function<void()> heard,
                   Logger log)
    : database_(std::move(database)),
      channel_(std::move(channel)),
      executor_(executor),
      heard_(std::move(heard)),
      log_(std::move(log)),
      stop_event_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

Listener::~Listener() {
    stopping_ = true;
    (void)eventfd_write(stop_event_, 1);
    thread_.join();
    close(stop_event_);
}

void Listener::run() {
    while (!stopping_) {
        try {
            listen();
        } catch (const std::exception& failure) {
            log_.warn("listener.away", {{"channel", channel_}, {"why", to_error(failure).message}});
        }
        if (!wait(-1, reconnect_after_ms)) return;
    }
}

void Listener::listen() {
    const auto connection = connect(database_, "parley listener");
    Receiver receiver(*connection, channel_);
    executor_.post([heard = heard_] { heard(); });
    while (wait(connection->sock(), probe_after_ms)) {
        connection->get_notifs();
        pqxx::nontransaction(*connection).exec("select 1");
        connection->get_notifs();
        if (!receiver.heard) continue;
        receiver.heard = false;
        executor_.post([heard = heard_] { heard(); });
    }
}

bool Listener::wait(int socket, int timeout_ms) const {
    std::array<pollfd, 2> files{pollfd{stop_event_, POLLIN, 0}, pollfd{socket, POLLIN, 0}};
    (void)poll(files.data(), files.size(), timeout_ms);
    return !stopping_;
}

}  // namespace parley::db
