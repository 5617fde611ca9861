// Listening sockets and their accept loops.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/v6_only.hpp>

#include "net/close_on_exec.hpp"
#include "net/server_core.hpp"
#include "net/session.hpp"
#include "net/target.hpp"
#include "net/tls.hpp"

namespace parley::net {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using std::chrono::milliseconds;

namespace {

constexpr auto token = asio::as_tuple(asio::deferred);
constexpr unsigned most_refusals = 256;

awaitable<void> serve(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream, Peer peer) {
    Session session(std::move(core), std::move(stream), std::move(peer));
    co_await session.run();
}

std::string full_answer(ServerCore& core, std::string_view head) {
    auto errors = core.router.error_shape(path_asked_for(head));
    auto answer = (*errors)(503, "overloaded", "too many connections are open: try again in a few seconds");
    answer.headers.set("Retry-After", "5");
    return core.writer.write(std::move(answer), head.starts_with("HEAD "), true).head;
}

// Too many connections: a short answer to what was asked, in the second that it has for both.
awaitable<void> refuse(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream) {
    struct Count {
        unsigned& count;
        ~Count() { --count; }
    };
    Count count{++core->refusals_under_way};
    Deadline deadline(core->deadlines, [&stream] { stream->close(); });
    deadline.set(milliseconds(1000));
    std::array<char, 4096> bytes{};
    auto into = asio::buffer(bytes);
    auto [gone, size] = co_await stream->read(into);
    if (gone) co_return;
    const auto text = full_answer(*core, {bytes.data(), size});
    auto answer = asio::buffer(text);
    auto [error, sent] = co_await stream->write(answer);
    if (!error) co_await stream->finish();
    while (!error) {
        auto [failed, got] = co_await stream->read(into);
        if (failed) break;
    }
}

// After a failed accept: true when it is worth going on. Out of descriptors, it waits a little.
awaitable<bool> recover(std::shared_ptr<ServerCore> core, error_code error) {
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return false;
    if (error == asio::error::connection_aborted) co_return true;
    core->log.warn("http.accept_failed", {{"error", error.message()}});
    auto gate = std::make_shared<Gate>();
    Gate& pause = *gate;
    core->loop.after(milliseconds(100), [gate = std::move(gate)] { gate->open(); });
    co_await pause.wait();
    co_return true;
}

std::string address_text(asio::ip::address address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address.to_string();
}

class TcpListener final : public Listener {
public:
    explicit TcpListener(asio::io_context& io) : acceptor(io) {}

    void close() override {
        error_code ignored;  // the descriptor is gone either way
        acceptor.close(ignored);
    }
    Result<void> reload_tls() override {
        if (!tls) return {};
        auto fresh = make_server_context(files);
        if (!fresh) return fresh.error();
        tls = *fresh;
        return {};
    }

    tcp::acceptor acceptor;
    TlsFiles files;
    std::shared_ptr<asio::ssl::context> tls;  // null: plain HTTP
};

void welcome(const std::shared_ptr<ServerCore>& core, const TcpListener& listener, tcp::socket socket) {
    close_on_exec(socket);
    error_code gone;
    auto remote = socket.remote_endpoint(gone);
    if (gone) return;  // left again already
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    Peer peer{address_text(remote.address()), false};
    if (!core->is_full(peer)) {
        auto stream =
            listener.tls ? make_tls_server_stream(std::move(socket), *listener.tls) : make_stream(std::move(socket));
        return core->spawn("session", serve(core, std::move(stream), std::move(peer)));
    }
    ++core->refused_full;
    if (listener.tls || core->refusals_under_way >= most_refusals) return;
    core->spawn("refusal", refuse(core, make_stream(std::move(socket))));
}

awaitable<void> accept_tcp(std::shared_ptr<ServerCore> core, std::shared_ptr<TcpListener> listener) {
    for (;;) {
        auto [error, socket] = co_await listener->acceptor.async_accept(token);
        if (!listener->acceptor.is_open()) co_return;
        if (!error) {
            welcome(core, *listener, std::move(socket));
        } else {
            bool go_on = co_await recover(core, error);
            if (!go_on || !listener->acceptor.is_open()) co_return;
        }
    }
}

class LocalListener final : public Listener {
public:
    LocalListener(asio::io_context& io, std::string path) : acceptor(io), path_(std::move(path)) {}
    ~LocalListener() override { close(); }

    void close() override {
        if (!acceptor.is_open()) return;
        error_code ignored;  // the descriptor is gone either way
        acceptor.close(ignored);
        struct stat now {};
        // Another server may have put its own there since.
        if (::stat(path_.c_str(), &now) == 0 && now.st_ino == inode) ::unlink(path_.c_str());
    }

    Local::acceptor acceptor;
    ino_t inode = 0;

private:
    std::string path_;
};

awaitable<void> accept_local(std::shared_ptr<ServerCore> core, std::shared_ptr<LocalListener> listener) {
    for (;;) {
        auto [error, socket] = co_await listener->acceptor.async_accept(token);
        if (!listener->acceptor.is_open()) co_return;
        if (!error) {
            close_on_exec(socket);
            Peer peer{"local", true};
            core->spawn("local session", serve(core, make_stream(std::move(socket)), std::move(peer)));
        } else {
            bool go_on = co_await recover(core, error);
            if (!go_on || !listener->acceptor.is_open()) co_return;
        }
    }
}

Error bind_error(const std::string& host, std::uint16_t port, const error_code& error) {
    auto where = "port " + std::to_string(port);
    if (error == asio::error::address_in_use) {
        return make_error(Errc::conflict,
                          where + " is in use by another program: stop that one or choose another port");
    }
    if (error == asio::error::access_denied) {
        return make_error(Errc::denied,
                          where + " needs more rights: choose one above 1023 or grant CAP_NET_BIND_SERVICE");
    }
    return make_error(Errc::invalid, "cannot listen on " + host + ", " + where + ": " + error.message());
}

Result<tcp::endpoint> resolve_local(asio::io_context& io, const std::string& host, std::uint16_t port) {
    error_code error;
    auto address = asio::ip::make_address(host, error);
    if (!error) return tcp::endpoint(address, port);
    tcp::resolver resolver(io);  // at start-up, so it may block
    auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error || found.empty()) return bind_error(host, port, error);
    return found.begin()->endpoint();
}

// True when a server answers on the socket at `path`.
bool answers(asio::io_context& io, const std::string& path) {
    Local::socket probe(io);
    error_code error;
    probe.connect(Local::endpoint(path), error);
    return !error;
}

}  // namespace

Result<std::shared_ptr<Listener>> listen_tcp(ServerCore& core, const std::string& host, std::uint16_t port,
                                             const TlsFiles* files, std::uint16_t& bound) {
    auto listener = std::make_shared<TcpListener>(core.io);
    if (files) {
        auto context = make_server_context(*files);
        if (!context) return context.error();
        listener->tls = *context;
        listener->files = *files;
    }
    auto endpoint = resolve_local(core.io, host, port);
    if (!endpoint) return endpoint.error();
    auto& acceptor = listener->acceptor;
    error_code error;
    acceptor.open(endpoint->protocol(), error);
    close_on_exec(acceptor);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint->address().is_v6() && endpoint->address().is_unspecified()) {
        acceptor.set_option(asio::ip::v6_only(false), error);  // "::" means everywhere
    }
    if (!error) acceptor.bind(*endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return bind_error(host, port, error);
    bound = acceptor.local_endpoint().port();
    core.spawn("accept", accept_tcp(core.shared_from_this(), listener));
    return std::shared_ptr<Listener>(std::move(listener));
}

Result<std::shared_ptr<Listener>> listen_local(ServerCore& core, const std::string& path) {
    auto fail = [&](Errc code, const std::string& why) {
        return make_error(code, "cannot open the control socket \"" + path + "\": " + why);
    };
    // Made aside with its mode set, then moved into place: it is never there with other rights, nor without a listener.
    auto aside = path + "." + std::to_string(::getpid());
    if (aside.size() > 107) return fail(Errc::invalid, "the path is longer than the 100 characters a socket may have");
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0) {
        if (!S_ISSOCK(there.st_mode)) return fail(Errc::conflict, "there is a file of that name that is no socket");
        if (answers(core.io, path)) return fail(Errc::conflict, "a server answers there already");
    }
    auto listener = std::make_shared<LocalListener>(core.io, path);
    auto& acceptor = listener->acceptor;
    ::unlink(aside.c_str());
    error_code error;
    acceptor.open(Local(), error);
    close_on_exec(acceptor);
    if (!error) acceptor.bind(Local::endpoint(aside), error);
    auto failed_call = [&](int result) {
        if (!error && result != 0) error.assign(errno, boost::system::system_category());
    };
    if (!error) failed_call(::chmod(aside.c_str(), 0600));
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) failed_call(::rename(aside.c_str(), path.c_str()));
    if (!error) failed_call(::stat(path.c_str(), &there));
    if (error) {
        ::unlink(aside.c_str());
        return fail(Errc::invalid, error.message());
    }
    listener->inode = there.st_ino;
    core.spawn("accept local", accept_local(core.shared_from_this(), listener));
    return std::shared_ptr<Listener>(std::move(listener));
}

}  // namespace parley::net
