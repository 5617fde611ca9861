#include "net/client_connection.hpp"

#include <boost/asio/ssl/error.hpp>

#include "net/address_guard.hpp"
#include "net/client_exchange.hpp"
#include "net/close_on_exec.hpp"
#include "net/loop_impl.hpp"

namespace parley::net {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {
constexpr auto token = asio::as_tuple(asio::deferred);
constexpr std::size_t joined_body = 16 * 1024;  // a body up to this goes out in one write with its head
constexpr std::size_t file_piece = 64 * 1024;   // of a file, in memory at once
}  // namespace

// Shared with the resolver, which may answer after the connection has gone.
struct ClientConnection::Lookup {
    Gate gate;
    std::shared_ptr<const Resolved> answer;
};

ClientConnection::ClientConnection(std::shared_ptr<ClientCore> core, ClientPool& pool, std::unique_ptr<Exchange> first)
    : core_(std::move(core)),
      pool_(pool),
      exchange_(std::move(first)),
      deadline_(core_->deadlines, [this] { on_deadline(); }),
      buffer_(window) {
    exchange_->connection = this;
    core_->enter(*this);
}

ClientConnection::~ClientConnection() {
    core_->leave(*this);
}

void ClientConnection::assign(std::unique_ptr<Exchange> exchange) {
    idle_ = false;
    deadline_.clear();
    exchange_ = std::move(exchange);
    exchange_->connection = this;
    work_.open();
}

void ClientConnection::interrupt() {
    if (stream_) stream_->close();
    error_code ignored;  // the descriptor is gone either way
    if (connecting_) connecting_->close(ignored);
    auto lookup = lookup_;
    if (lookup) return lookup->gate.open();
    auto handing_over = handing_over_;
    if (handing_over) return handing_over->open();
    if (!idle_) return;
    idle_ = false;
    core_->unpark(*this);
    work_.open();
}

void ClientConnection::on_deadline() {
    stage_timed_out_ = !idle_;
    interrupt();
}

void ClientConnection::give_up(const char* what) {
    if (!exchange_) return;
    ClientError error{make_error(Errc::internal, what), exchange_->progress};
    core_->conclude(std::move(exchange_), std::move(error));
}

bool ClientConnection::fail(Errc code, std::string why) {
    ClientError error{make_error(code, std::move(why)), exchange_->progress};
    outcome_ = std::move(error);
    return false;
}

bool ClientConnection::fail_stage(const char* stage, const error_code& error) {
    auto where = std::string(stage) + " " + exchange_->url.host + ":" + std::to_string(exchange_->url.port);
    if (core_->closing()) return fail(Errc::gone, where + ": the host is shutting down");
    if (stage_timed_out_ || exchange_->timed_out) return fail(Errc::timeout, where + ": took too long");
    return fail(Errc::unavailable, where + ": " + error.message());
}

awaitable<void> ClientConnection::run() {
    while (exchange_) {
        outcome_.reset();
        reusable_ = false;
        co_await serve();
        deadline_.clear();
        auto finished = std::move(exchange_);
        auto outcome = std::move(*outcome_);
        if (!reusable_) {
            stream_.reset();
            buffer_.clear();
        }
        // Ready for the next one before the last one's owner is told: it may send at once.
        finished->connection = nullptr;
        exchange_ = core_->next_waiting(pool_);
        if (exchange_) exchange_->connection = this;
        bool may_wait = !exchange_ && reusable_ && !core_->closing();
        if (may_wait) go_idle();
        core_->conclude(std::move(finished), std::move(outcome));
        if (may_wait && !work_.is_open()) co_await work_.wait();
    }
}

void ClientConnection::go_idle() {
    idle_ = true;
    work_.close();
    deadline_.set(milliseconds(core_->options.idle_timeout_ms));
    core_->park(*this);
}

// One exchange; leaves its result in outcome_.
awaitable<void> ClientConnection::serve() {
    if (stream_ && !stream_->idle_and_open()) {  // closed by the peer meanwhile: nothing was sent on it
        stream_.reset();
        buffer_.clear();
    }
    bool reused = stream_ != nullptr;
    for (;;) {
        if (!stream_) {
            bool connected = co_await connect();
            if (!connected) co_return;
        }
        bool written = co_await write_request();
        if (written) break;
        bool again = reused && exchange_->progress == Progress::not_sent && !exchange_->timed_out && !core_->closing();
        if (!again) co_return;
        reused = false;
        outcome_.reset();
        stream_.reset();
    }
    co_await read_response();
}

awaitable<std::shared_ptr<const Resolved>> ClientConnection::look_up() {
    auto literal = std::make_shared<Resolved>();
    auto address = asio::ip::make_address(exchange_->url.host, literal->error);
    if (!literal->error) {
        literal->addresses.push_back(address);
        co_return literal;
    }
    auto lookup = std::make_shared<Lookup>();
    lookup_ = lookup;
    core_->resolver->resolve(exchange_->url.host, [lookup](std::shared_ptr<const Resolved> answer) {
        lookup->answer = std::move(answer);
        lookup->gate.open();
    });
    if (!lookup->gate.is_open()) co_await lookup->gate.wait();
    lookup_.reset();
    co_return lookup->answer;
}

awaitable<bool> ClientConnection::connect() {
    if (core_->closing()) co_return fail_stage("connecting to", error_code());
    auto until = steady_clock::now() + milliseconds(exchange_->request.connect_timeout_ms);
    stage_timed_out_ = false;
    deadline_.set_at(until);
    auto found = co_await look_up();
    error_code error = found ? found->error : error_code(asio::error::operation_aborted);
    if (stage_timed_out_ || exchange_->timed_out || error) co_return fail_stage("looking up", error);
    // All of them: a name with one public and one private address is up to something.
    for (const auto& address : found->addresses) {
        if (exchange_->reach == Reach::public_only && is_blocked(address)) {
            co_return fail(Errc::denied, exchange_->url.host + " is not a public address");
        }
    }
    auto left = static_cast<int>(found->addresses.size());
    for (const auto& address : found->addresses) {
        // An address that does not answer leaves time for the others.
        auto share = (until - steady_clock::now()) / left--;
        deadline_.set_at(steady_clock::now() + share);
        stage_timed_out_ = false;
        error = co_await connect_to(address);
        if (!error || exchange_->timed_out || core_->closing()) break;
    }
    if (error || exchange_->timed_out) co_return fail_stage("connecting to", error);
    deadline_.set_at(until);
    bool ready = co_await shake_hands();
    deadline_.clear();
    co_return ready;
}

awaitable<error_code> ClientConnection::connect_to(asio::ip::address address) {
    tcp::endpoint endpoint(address, exchange_->url.port);
    error_code error;
    connecting_.emplace(core_->io);
    connecting_->open(endpoint.protocol(), error);
    if (error) co_return error;
    close_on_exec(*connecting_);
    auto [failed] = co_await connecting_->async_connect(endpoint, token);
    error = failed;
    if (!error && stage_timed_out_) error = asio::error::timed_out;
    // What was checked is what we are connected to.
    if (!error && connecting_->remote_endpoint(error) != endpoint && !error) error = asio::error::connection_refused;
    if (!error) connecting_->set_option(tcp::no_delay(true), error);
    if (!error) {
        const auto& url = exchange_->url;
        stream_ = url.tls ? make_tls_client_stream(std::move(*connecting_), *core_->tls, url.host)
                          : make_stream(std::move(*connecting_));
    }
    connecting_.reset();
    co_return error;
}

awaitable<bool> ClientConnection::shake_hands() {
    if (!stream_->secure()) co_return true;
    auto [error, none] = co_await stream_->handshake();
    if (error || stage_timed_out_ || exchange_->timed_out) {
        stream_.reset();
        co_return fail_stage("TLS handshake with", error);
    }
    co_return true;
}

awaitable<bool> ClientConnection::write_request() {
    auto head = write_head(exchange_->request, exchange_->url);
    const auto& body = exchange_->request.body;
    asio::const_buffer rest;
    if (body.size() <= joined_body) {
        head += body;
    } else {
        rest = asio::buffer(body);
    }
    auto first = asio::buffer(std::as_const(head));
    auto [error, sent] = co_await stream_->write(first, rest);
    // Part of a TLS record may be out although no byte counts as sent yet.
    if (sent > 0 || stream_->secure()) exchange_->progress = Progress::in_doubt;
    if (error || !exchange_->request.file) co_return written(error, sent > 0);
    co_return co_await write_file();
}

bool ClientConnection::written(const error_code& error, bool begun) {
    if (!error) return true;
    bool refused_midway = begun && (error == asio::error::broken_pipe || error == asio::error::connection_reset);
    if (refused_midway && !exchange_->timed_out) return true;  // the peer may have answered (413) before it closed
    return fail_stage("sending to", error);
}

// The file, then what comes behind it.
awaitable<bool> ClientConnection::write_file() {
    const auto size = exchange_->request.file->size();
    std::string piece;
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
        auto read = co_await read_file(at);
        if (exchange_->timed_out || core_->closing()) co_return fail_stage("sending to", error_code());
        if (!read) co_return fail(read.error().code, read.error().message);
        piece = std::move(*read);
        if (piece.empty()) co_return fail(Errc::unavailable, "the file ended before its end");
        auto [error, sent] = co_await stream_->write(asio::buffer(std::as_const(piece)));
        if (error) co_return written(error, true);
    }
    auto [error, sent] = co_await stream_->write(asio::buffer(exchange_->request.body_end));
    co_return written(error, true);
}

awaitable<Result<std::string>> ClientConnection::read_file(std::uint64_t offset) {
    auto gate = std::make_shared<Gate>();
    auto piece = std::make_shared<Result<std::string>>();
    handing_over_ = gate;
    auto done = [core = core_, gate, piece](Result<std::string> read) {
        core->loop.post([gate, piece, read = std::move(read)]() mutable {
            *piece = std::move(read);
            gate->open();
        });
    };
    exchange_->request.file->read(offset, file_piece, std::move(done));
    if (!gate->is_open()) co_await gate->wait();
    handing_over_.reset();
    co_return std::move(*piece);
}

}  // namespace parley::net
