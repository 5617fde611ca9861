// Names to addresses, off the I/O thread. A few threads of its own, so that one slow name server does not hold up every
// other name; answers are kept for some seconds and lookups of the same name are shared, so that a burst of connections
// asks once.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/executor.hpp"

namespace parley::net {

struct Resolved {
    boost::system::error_code error;
    std::vector<boost::asio::ip::address> addresses;
};

class Resolver {
public:
    using Done = UniqueFunction<void(std::shared_ptr<const Resolved>)>;

    explicit Resolver(Executor& loop);
    // Waits for the lookups at hand; what they found is dropped.
    ~Resolver();

    // [I/O thread] `done` is called on the I/O thread, at once when the answer is known.
    void resolve(const std::string& host, Done done);

private:
    struct State;
    std::shared_ptr<State> state_;  // lookups under way hold on to it
    Executor& loop_;
    boost::asio::thread_pool threads_;
};

}  // namespace parley::net
