// A form is read alike however its bytes arrive, and what a parser gives out was in what it got.
#include <string>

#include "net/multipart_parser.hpp"
#include "support/fuzz.hpp"

namespace {

using parley::test::must;

struct Trace : parley::net::PartConsumer {
    std::string seen;
    std::size_t bytes = 0;
    bool open = false;

    parley::Result<void> begin(const parley::net::PartHead& head) override {
        must(!open);
        open = true;
        seen += "<" + head.name + "," + (head.is_file ? head.filename : "-") + "," + head.mime + ">";
        return {};
    }
    parley::Result<void> data(std::string_view piece) override {
        must(open && !piece.empty());
        bytes += piece.size();
        seen += piece;
        return {};
    }
    parley::Result<void> end() override {
        must(open);
        open = false;
        seen += "</>";
        return {};
    }
};

std::string read(std::string_view bytes, std::size_t piece, Trace& trace) {
    parley::net::MultipartParser parser("b", {8, 512, 256, 512}, trace);
    while (!bytes.empty()) {
        auto fed = parser.feed(bytes.substr(0, piece));
        if (!fed) return to_string(fed.error().code);
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    return parser.finish() ? "ok" : "unfinished";
}

void run(std::string_view bytes) {
    Trace whole, single;
    auto first = read(bytes, bytes.size() + 1, whole);
    auto second = read(bytes, 1, single);
    must(first == second);
    must(whole.bytes <= bytes.size());
    if (first == "ok" || first == "unfinished") must(whole.seen == single.seen);
    if (first == "ok") must(!whole.open);
    auto boundary = parley::net::multipart_boundary(bytes);
    if (boundary) must(!boundary->empty() && boundary->find_first_of("\r\n") == std::string::npos);
}

}  // namespace

const parley::test::FuzzTarget parley::test::fuzz_target{
    run,
    {"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n",
     "--b\r\nContent-Disposition: form-data; name=f; filename=\"x\"\r\nContent-Type: a/b\r\n\r\n\r\n\r\n--b\r\n"
     "Content-Disposition: form-data; name=c\r\n\r\n\r\n--b--",
     "multipart/form-data; boundary=\"b\""},
    {"\r\n", "\r\n--b", "--b", "--", "\r", "\n", "; ", "\"", "\\\"", "name=a", "filename=b",
     "Content-Disposition: form-data; name=d\r\n", "boundary=b"}};
