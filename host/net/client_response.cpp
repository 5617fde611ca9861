// The answer's side of a client connection.
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <iterator>

#include "net/client_connection.hpp"
#include "net/grammar.hpp"

namespace parley::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;

namespace {
constexpr std::uint32_t most_header_bytes = 48 * 1024;
constexpr int most_interim_answers = 8;
constexpr std::size_t piece = 64 * 1024;  // of a body on its way to a sink, and most of one that is not meant for it

// A string that may be emptied while the body is read. What a Content-Length says is not believed beforehand.
struct PieceBody {
    using value_type = std::string;

    class reader {
    public:
        template <bool isRequest, class Fields>
        reader(http::header<isRequest, Fields>&, std::string& body) : body_(body) {}

        void init(const boost::optional<std::uint64_t>& length, error_code& error) {
            error = {};
            body_.reserve(std::min<std::uint64_t>(length.value_or(0), piece));
        }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, error_code& error) {
            error = {};
            const auto before = body_.size();
            for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
                const asio::const_buffer part(*at);
                body_.append(static_cast<const char*>(part.data()), part.size());
            }
            return body_.size() - before;
        }
        void finish(error_code& error) { error = {}; }

    private:
        std::string& body_;
    };
};
}  // namespace

struct ClientConnection::Reading {
    explicit Reading(const ClientRequest& request) {
        parser.header_limit(most_header_bytes);
        parser.body_limit(request.max_response);
        parser.skip(request.method == "HEAD");
    }
    http::response_parser<PieceBody> parser;
    ClientResponse response;
    BodySink* sink = nullptr;  // of this answer's body
    bool ended = false;        // by the end of the connection, as HTTP/1.0 does
};

namespace {

// An answer whose end two readers could see at different places would poison the connection for the next request.
bool is_ambiguous(const http::fields& fields) {
    auto encodings = fields.count(http::field::transfer_encoding), lengths = fields.count(http::field::content_length);
    if (encodings > 1 || lengths > 1 || (encodings > 0 && lengths > 0)) return true;
    if (encodings == 0) return false;
    auto value = fields[http::field::transfer_encoding];
    return !grammar::same_name(std::string_view(value.data(), value.size()), "chunked");
}

bool copy_fields(const http::fields& from, Headers& to) {
    for (const auto& field : from) {
        auto name = field.name_string(), value = field.value();
        std::string_view text(value.data(), value.size());
        if (!grammar::is_field_value(text)) return false;
        to.add(std::string(name.data(), name.size()), std::string(text));
    }
    return true;
}

}  // namespace

awaitable<void> ClientConnection::read_response() {
    for (int interim = 0; interim <= most_interim_answers; ++interim) {
        Reading reading(exchange_->request);
        bool headed = co_await read_head(reading);
        if (!headed) co_return;
        auto status = static_cast<int>(reading.parser.get().result_int());
        if (status >= 100 && status < 200 && status != 101) continue;  // 100 Continue, 103 Early Hints
        if (status < 200 || status > 599) {
            fail(Errc::unavailable, exchange_->url.host + " answered with a status that makes no sense");
            co_return;
        }
        bool whole = co_await read_body(reading);
        if (!whole) co_return;
        reusable_ = !reading.ended && reading.parser.keep_alive() && buffer_.size() == 0 && !exchange_->timed_out;
        reading.response.status = status;
        reading.response.body = std::move(reading.parser.get().body());
        outcome_ = std::move(reading.response);
        co_return;
    }
    fail(Errc::unavailable, exchange_->url.host + " sends interim answers without end");
}

// Runs what has arrived through the parser. False on an error.
bool ClientConnection::feed_parser(Reading& reading) {
    auto& parser = reading.parser;
    while (buffer_.size() > 0 && !parser.is_done()) {
        bool head_was_done = parser.is_header_done();
        error_code error;
        auto taken = parser.put(buffer_.data(), error);
        buffer_.consume(taken);
        if (error == http::error::body_limit) {
            return fail(Errc::too_large, "the answer of " + exchange_->url.host + " is too large");
        }
        if (error && error != http::error::need_more) {
            return fail(Errc::unavailable,
                        "the answer of " + exchange_->url.host + " is malformed: " + error.message());
        }
        if (taken == 0 || (!head_was_done && parser.is_header_done())) break;
    }
    bool stuck = !parser.is_done() && buffer_.size() >= window;
    if (stuck) return fail(Errc::unavailable, "the answer of " + exchange_->url.host + " is malformed");
    return true;
}

awaitable<bool> ClientConnection::read_more(Reading& reading) {
    auto left = reading.parser.is_header_done() ? reading.parser.content_length_remaining().value_or(16 * 1024) : 4096;
    auto space = std::min<std::uint64_t>(std::max<std::uint64_t>(left, 4096), window - buffer_.size());
    auto into = buffer_.prepare(space);
    const int patience = exchange_->request.idle_timeout_ms;
    if (patience > 0) exchange_->idle.set(std::chrono::milliseconds(patience));
    auto [error, got] = co_await stream_->read(into);
    exchange_->idle.clear();
    buffer_.commit(got);
    if (!error && !exchange_->timed_out) co_return true;
    if (error == asio::error::eof && !exchange_->timed_out && reading.parser.is_header_done() &&
        reading.parser.need_eof()) {
        error_code incomplete;
        reading.parser.put_eof(incomplete);
        reading.ended = !incomplete;
        if (reading.ended) co_return true;
    }
    co_return fail_stage("waiting for the answer of", error);
}

awaitable<bool> ClientConnection::read_head(Reading& reading) {
    auto& parser = reading.parser;
    while (!parser.is_header_done()) {
        if (!feed_parser(reading)) co_return false;
        if (parser.is_header_done()) break;
        bool more = co_await read_more(reading);
        if (!more) co_return false;
    }
    // Before the body: trailers must not be able to change what the head said.
    if (is_ambiguous(parser.get()) || !copy_fields(parser.get(), reading.response.headers)) {
        co_return fail(Errc::unavailable, "the answer of " + exchange_->url.host + " is malformed");
    }
    co_return true;
}

awaitable<bool> ClientConnection::read_body(Reading& reading) {
    auto& parser = reading.parser;
    parser.eager(true);
    const auto& sink = exchange_->request.sink;
    if (sink && parser.get().result_int() == 200) reading.sink = sink.get();
    for (;;) {
        if (!feed_parser(reading)) co_return false;
        bool done = parser.is_done() || reading.ended;
        const auto& body = parser.get().body();
        if (sink && !reading.sink && body.size() > piece) {
            co_return fail(Errc::unavailable, exchange_->url.host + " answered at length, and not with the file");
        }
        bool full = reading.sink && !body.empty() && (done || body.size() >= reading.sink->worth());
        if (full) {
            bool taken = co_await hand_over(reading);
            if (!taken) co_return false;
        }
        if (done) co_return true;
        bool more = co_await read_more(reading);
        if (!more) co_return false;
    }
}

// What has been read of the body goes to the sink; on with the next when it has got rid of it.
awaitable<bool> ClientConnection::hand_over(Reading& reading) {
    auto& body = reading.parser.get().body();
    std::string bytes = std::move(body);
    body.clear();
    auto gate = std::make_shared<Gate>();
    auto outcome = std::make_shared<Result<void>>();
    handing_over_ = gate;
    auto written = [core = core_, gate, outcome](Result<void> result) {
        core->loop.post([gate, outcome, result = std::move(result)]() mutable {
            *outcome = std::move(result);
            gate->open();
        });
    };
    reading.sink->write(std::move(bytes), std::move(written));
    if (!gate->is_open()) co_await gate->wait();
    handing_over_.reset();
    if (exchange_->timed_out || core_->closing()) co_return fail_stage("reading the answer of", error_code());
    if (!*outcome) co_return fail(outcome->error().code, outcome->error().message);
    co_return true;
}

}  // namespace parley::net
