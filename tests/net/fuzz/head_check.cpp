// What the gate lets pass, Beast must read, and both must see the same framing. However the bytes arrive, the end is
// the same.
#include "net/head_check.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "net/target.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley::net;
using parley::test::must;
namespace http = boost::beast::http;

void run(std::string_view bytes) {
    std::size_t at_once = 0, split = 0;
    auto end = find_head_end(bytes, at_once);
    auto half = find_head_end(bytes.substr(0, bytes.size() / 2), split);
    if (half.state == HeadEnd::State::more) half = find_head_end(bytes, split);
    must(half.state == end.state && half.size == end.size);

    auto head = end.state == HeadEnd::State::complete ? bytes.substr(0, end.size) : bytes;
    auto check = check_head(head, 100);
    must(check.status == 0 || !check.keep_alive);
    if (check.status != 0 || end.state != HeadEnd::State::complete) return;
    must(!(check.chunked && check.length > 0));

    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
    parser.body_limit(boost::none);
    boost::system::error_code error;
    auto taken = parser.put(boost::asio::buffer(head), error);
    if (error) return;  // stricter than the gate: refused as well
    must(taken == head.size() && parser.is_header_done());
    must(parser.chunked() == check.chunked && parser.content_length().value_or(0) == check.length);
    auto target = parser.get().target();
    auto parts = parse_target(std::string_view(target.data(), target.size()));
    if (parts) must(parts->path.find('\0') == std::string::npos);
}

}  // namespace

const parley::test::FuzzTarget parley::test::fuzz_target{
    run,
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /a?b=%20 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\n\r\nhello",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
     "OPTIONS * HTTP/1.0\r\nConnection: close\r\n\r\n"},
    {"\r\n", "\r\n\r\n", "\n", "\r", " ", "\t", ":", "Host: b\r\n", "Content-Length: 5\r\n",
     "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "Trailer: x\r\n", ", ", "5, 5", "HTTP/1.0",
     "Connection: upgrade\r\nUpgrade: h2c\r\n", "%2e%2e"}};
