// What a form and a request's target are read as, is what was written: encoding it again and reading that gives the
// same. No path keeps segments that lead upwards.
#include "net/form.hpp"

#include "net/target.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley::net;
using parley::test::must;

void run(std::string_view bytes) {
    if (const auto fields = form_decode(bytes)) {
        const auto again = form_decode(form_encode(*fields));
        must(again && *again == *fields);
        if (!fields->empty()) must(form_value(bytes, fields->front().first) == fields->front().second);
    }
    must(percent_decode(percent_encode(bytes)) == bytes);
    if (const auto target = parse_target(bytes)) {
        must(target->path.find('\0') == std::string::npos);
        must(("/" + target->path + "/").find("/../") == std::string::npos);
        must(target->raw_path.size() + target->query.size() <= bytes.size());
    }
    must(path_asked_for(bytes).size() <= bytes.size());
}

}  // namespace

const parley::test::FuzzTarget parley::test::fuzz_target{
    run,
    {"a=1&b=x+y&c=%E2%82%AC", "/a%20b/c?x=1&y", "GET /api/v1/x?y HTTP/1.1\r\n"},
    {"&", "=", "+", "%", "%00", "%2F", "%2e%2e", "/../", "/./", "?", "#", "%zz", "\xC3", "a=", "=b"}};
