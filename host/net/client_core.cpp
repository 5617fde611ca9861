#include "net/client_core.hpp"

#include <boost/asio/co_spawn.hpp>

#include "net/client_connection.hpp"
#include "net/client_exchange.hpp"
#include "net/loop_impl.hpp"
#include "net/tls.hpp"

namespace parley::net {

using std::chrono::milliseconds;

Exchange::Exchange(ClientCore& core, ClientRequest r, UniqueFunction<void(ClientResult)> d)
    : request(std::move(r)),
      reach(request.reach),
      redirects_left(request.redirects),
      done(std::move(d)),
      deadline(core.deadlines, [this, &core] { core.timed_out(*this); }),
      idle(core.deadlines, [this, &core] { core.timed_out(*this); }) {}

ClientCore::ClientCore(Loop& l, ClientOptions o, Logger lg)
    : loop(l),
      io(l.impl().io),
      deadlines(l.impl().deadlines),
      options(std::move(o)),
      log(std::move(lg)),
      tls(make_client_context(options.ca_file).value()),
      resolver(std::make_unique<Resolver>(l)) {}

void ClientCore::send(ClientRequest request, UniqueFunction<void(ClientResult)> done) {
    sending_ = true;
    auto exchange = std::make_unique<Exchange>(*this, std::move(request), std::move(done));
    exchange->deadline.set(milliseconds(exchange->request.timeout_ms));
    auto url = parse_url(exchange->request.url);
    auto refused = check_request(exchange->request);
    if (url) exchange->url = std::move(*url);
    if (refused || !url) {
        ClientError error{refused ? *refused : url.error(), Progress::not_sent};
        finish(*exchange, std::move(error));
    } else {
        start(std::move(exchange));
    }
    sending_ = false;
}

// Gives it a connection, or a place in the line.
void ClientCore::start(std::unique_ptr<Exchange> exchange) {
    auto& slot = pools_[pool_key(exchange->url, exchange->reach)];
    if (!slot) {
        slot = std::make_unique<ClientPool>();
        slot->key = pool_key(exchange->url, exchange->reach);
    }
    auto& pool = *slot;
    if (!pool.idle.empty()) {
        auto* connection = pool.idle.back();
        pool.idle.pop_back();
        return connection->assign(std::move(exchange));
    }
    if (pool.open < options.max_connections_per_host) return open_connection(pool, std::move(exchange));
    if (waiting_ >= options.max_waiting) {
        ClientError error{make_error(Errc::overloaded, "too many requests wait for " + exchange->url.host),
                          exchange->progress};
        return finish(*exchange, std::move(error));
    }
    ++waiting_;
    exchange->waits_in = &pool;
    pool.waiting.push_back(std::move(exchange));
    auto last = std::prev(pool.waiting.end());
    (*last)->place = last;
}

void ClientCore::open_connection(ClientPool& pool, std::unique_ptr<Exchange> exchange) {
    auto connection = std::make_shared<ClientConnection>(shared_from_this(), pool, std::move(exchange));
    auto* raw = connection.get();
    auto ended = [self = shared_from_this(), connection = std::move(connection)](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            self->log.error("client.connection_failed", {{"what", error.what()}});
            connection->give_up(error.what());
        }
    };
    boost::asio::co_spawn(io, raw->run(), std::move(ended));
}

std::unique_ptr<Exchange> ClientCore::next_waiting(ClientPool& pool) {
    if (closing_ || pool.waiting.empty()) return nullptr;
    auto exchange = std::move(pool.waiting.front());
    pool.waiting.pop_front();
    exchange->waits_in = nullptr;
    --waiting_;
    return exchange;
}

void ClientCore::park(ClientConnection& connection) {
    connection.pool().idle.push_back(&connection);
}
void ClientCore::unpark(ClientConnection& connection) {
    std::erase(connection.pool().idle, &connection);
}

void ClientCore::enter(ClientConnection& connection) {
    connections_.insert(&connection);
    ++connection.pool().open;
}

void ClientCore::leave(ClientConnection& connection) {
    connections_.erase(&connection);
    auto& pool = connection.pool();
    --pool.open;
    if (pool.open == 0 && pool.waiting.empty()) pools_.erase(std::string(pool.key));
}

void ClientCore::timed_out(Exchange& exchange) {
    if (exchange.connection) {
        exchange.timed_out = true;
        return exchange.connection->interrupt();
    }
    if (!exchange.waits_in) return;
    auto& line = exchange.waits_in->waiting;
    auto own = std::move(*exchange.place);
    line.erase(own->place);
    --waiting_;
    ClientError error{make_error(Errc::timeout, "no connection to " + own->url.host + " became free in time"),
                      own->progress};
    finish(*own, std::move(error));
}

// A connection is through with it.
void ClientCore::conclude(std::unique_ptr<Exchange> exchange, ClientResult outcome) {
    exchange->connection = nullptr;
    if (!exchange->done) return;  // given up at shut_down()
    if (outcome && !closing_) {
        auto next = follow_redirect(*exchange, *outcome);
        if (next && *next) return start(std::move(exchange));
        if (!next) {
            ClientError error{next.error(), Progress::in_doubt};
            outcome = std::move(error);
        }
    }
    finish(*exchange, std::move(outcome));
}

void ClientCore::finish(Exchange& exchange, ClientResult outcome) {
    exchange.deadline.clear();
    auto done = std::exchange(exchange.done, nullptr);
    if (sending_ || closing_) {
        loop.post([done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
        return;
    }
    try {
        done(std::move(outcome));
    } catch (const std::exception& error) {
        log.error("client.callback_threw", {{"what", error.what()}});
    }
}

void ClientCore::shut_down() {
    closing_ = true;
    auto give_up = [this](Exchange& exchange) {
        if (!exchange.done) return;
        ClientError error{make_error(Errc::gone, "the host is shutting down"), exchange.progress};
        finish(exchange, std::move(error));
    };
    for (auto& [key, pool] : pools_) {
        for (auto& exchange : pool->waiting) give_up(*exchange);
        waiting_ -= pool->waiting.size();
        pool->waiting.clear();
    }
    auto now_open = connections_;  // waking one may end another
    for (auto* connection : now_open) {
        if (!connections_.count(connection)) continue;
        if (auto* exchange = connection->exchange()) give_up(*exchange);
        connection->interrupt();
    }
    resolver.reset();
}

}  // namespace parley::net
