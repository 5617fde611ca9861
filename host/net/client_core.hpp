// The inside of net::Client: exchanges find connections here. Outlives the Client for as long as a connection is
// winding up. [I/O thread]
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "net/client.hpp"
#include "net/deadlines.hpp"
#include "net/resolver.hpp"

namespace parley::net {

class ClientConnection;
class ClientCore;
struct ClientPool;

// One request until its `done` is called: waiting in its pool, or with a connection.
struct Exchange {
    Exchange(ClientCore& core, ClientRequest r, UniqueFunction<void(ClientResult)> d);

    ClientRequest request;
    Url url;
    Reach reach;
    unsigned redirects_left;
    UniqueFunction<void(ClientResult)> done;  // empty once it is called
    Deadline deadline;                        // of the whole exchange
    Deadline idle;                            // of the next bytes of the answer
    Progress progress = Progress::not_sent;
    bool timed_out = false;

    ClientConnection* connection = nullptr;
    ClientPool* waits_in = nullptr;
    std::list<std::unique_ptr<Exchange>>::iterator place;
};

// The connections to one origin. Those that may go anywhere are kept apart from those that may not.
struct ClientPool {
    std::string key;
    unsigned open = 0;                    // connections, busy or not
    std::vector<ClientConnection*> idle;  // the last one is the freshest
    std::list<std::unique_ptr<Exchange>> waiting;
};

class ClientCore : public std::enable_shared_from_this<ClientCore> {
public:
    ClientCore(Loop& loop, ClientOptions options, Logger log);

    void send(ClientRequest request, UniqueFunction<void(ClientResult)> done);
    void shut_down();

    // For connections.
    std::unique_ptr<Exchange> next_waiting(ClientPool& pool);
    void park(ClientConnection& connection);
    void unpark(ClientConnection& connection);
    void conclude(std::unique_ptr<Exchange> exchange, ClientResult outcome);
    void enter(ClientConnection& connection);
    void leave(ClientConnection& connection);
    void timed_out(Exchange& exchange);
    bool closing() const { return closing_; }

    Loop& loop;
    boost::asio::io_context& io;
    Deadlines& deadlines;
    const ClientOptions options;
    Logger log;
    std::shared_ptr<boost::asio::ssl::context> tls;
    std::unique_ptr<Resolver> resolver;

private:
    void start(std::unique_ptr<Exchange> exchange);
    void open_connection(ClientPool& pool, std::unique_ptr<Exchange> exchange);
    void finish(Exchange& exchange, ClientResult outcome);

    std::unordered_map<std::string, std::unique_ptr<ClientPool>> pools_;
    std::unordered_set<ClientConnection*> connections_;
    std::size_t waiting_ = 0;
    bool sending_ = false;  // inside send(): `done` must wait for the next turn of the loop
    bool closing_ = false;
};

}  // namespace parley::net
