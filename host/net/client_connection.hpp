// One connection of the client: serves exchanges one after the other, waits in its pool between them. [I/O thread]
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <optional>

#include "net/byte_stream.hpp"
#include "net/client_core.hpp"
#include "net/gate.hpp"

namespace parley::net {

class ClientConnection {
public:
    ClientConnection(std::shared_ptr<ClientCore> core, ClientPool& pool, std::unique_ptr<Exchange> first);
    ~ClientConnection();
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    boost::asio::awaitable<void> run();

    // While it is idle: the next exchange.
    void assign(std::unique_ptr<Exchange> exchange);
    // Ends whatever is under way; idle, it goes away.
    void interrupt();
    // run() has failed with an exception.
    void give_up(const char* what);

    ClientPool& pool() { return pool_; }
    Exchange* exchange() { return exchange_.get(); }

private:
    static constexpr std::size_t window = 64 * 1024;  // bytes of an answer held unparsed

    struct Lookup;
    struct Reading;

    boost::asio::awaitable<void> serve();
    boost::asio::awaitable<bool> connect();
    boost::asio::awaitable<std::shared_ptr<const Resolved>> look_up();
    boost::asio::awaitable<error_code> connect_to(boost::asio::ip::address address);
    boost::asio::awaitable<bool> shake_hands();
    boost::asio::awaitable<bool> write_request();
    boost::asio::awaitable<bool> write_file();
    boost::asio::awaitable<Result<std::string>> read_file(std::uint64_t offset);
    bool written(const error_code& error, bool begun);
    boost::asio::awaitable<void> read_response();
    boost::asio::awaitable<bool> read_head(Reading& reading);
    boost::asio::awaitable<bool> read_body(Reading& reading);
    boost::asio::awaitable<bool> read_more(Reading& reading);
    boost::asio::awaitable<bool> hand_over(Reading& reading);
    bool feed_parser(Reading& reading);

    bool fail(Errc code, std::string why);
    bool fail_stage(const char* stage, const error_code& error);
    void go_idle();
    void on_deadline();

    std::shared_ptr<ClientCore> core_;
    ClientPool& pool_;
    std::unique_ptr<Exchange> exchange_;
    std::optional<ClientResult> outcome_;

    Deadline deadline_;  // of connecting, or of being idle
    Gate work_;          // open: there is an exchange, or it is time to go
    bool idle_ = false;
    bool stage_timed_out_ = false;
    bool reusable_ = false;

    std::shared_ptr<Lookup> lookup_;
    std::shared_ptr<Gate> handing_over_;  // shared with sink or file, which may answer after the connection has gone
    std::optional<boost::asio::ip::tcp::socket> connecting_;
    std::unique_ptr<ByteStream> stream_;
    boost::beast::flat_buffer buffer_;
};

}  // namespace parley::net
