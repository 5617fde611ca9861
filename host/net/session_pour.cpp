// How a session sends a body that comes from a source.
#include "net/session_turn.hpp"

namespace parley::net {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;

namespace {
constexpr std::size_t largest_piece = 128 * 1024;  // what a slow reader costs
}

// False when not all of it went: the connection has to end, so that nobody takes what follows for the rest.
awaitable<bool> Session::pour(ByteSource& source) {
    const auto size = source.size();
    for (std::uint64_t at = 0; at < size;) {
        auto piece = co_await fetch(source, at);
        if (piece.empty() || piece.size() > size - at) co_return false;
        at += piece.size();
        enter(Phase::writing, milliseconds(core_->options.write_timeout_ms));
        auto bytes = asio::buffer(piece);
        auto [error, sent] = co_await stream_->write(bytes);
        if (error || aborted_) co_return false;
    }
    co_return true;
}

// The next piece; empty when it cannot be had.
awaitable<std::string> Session::fetch(ByteSource& source, std::uint64_t from) {
    auto gate = std::make_shared<Gate>();
    auto outcome = std::make_shared<Result<std::string>>(std::string());
    handing_over_ = gate;
    enter(Phase::storing, milliseconds(core_->options.write_timeout_ms));
    auto read = [core = core_, gate, outcome](Result<std::string> result) {
        core->loop.post([gate, outcome, result = std::move(result)]() mutable {
            *outcome = std::move(result);
            gate->open();
        });
    };
    try {
        source.read(from, largest_piece, std::move(read));
    } catch (const std::exception& error) {
        *outcome = make_error(Errc::internal, error.what());
        gate->open();
    }
    if (!gate->is_open()) co_await gate->wait();
    handing_over_.reset();
    if (aborted_ || timed_out_) co_return std::string();
    if (*outcome) co_return std::move(**outcome);
    core_->log.warn("http.answer_cut", {{"why", outcome->error().message}});
    co_return std::string();
}

}  // namespace parley::net
