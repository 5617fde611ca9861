#include "net/multipart.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "net/grammar.hpp"

namespace parley::net {

namespace {

// As the HTML standard has it: what would end the quoted string or the line is percent-encoded. Other control
// characters have no business in a name.
std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '"') {
            out += "%22";
        } else if (c == '\r') {
            out += "%0D";
        } else if (c == '\n') {
            out += "%0A";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += '_';
        } else {
            out += c;
        }
    }
    return out;
}

std::string random_boundary() {
    std::array<unsigned char, 18> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no random numbers");
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = "----parley";
    for (auto byte : bytes) {
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    return out;
}

}  // namespace

MultipartForm::MultipartForm() : boundary_(random_boundary()) {}

void MultipartForm::open_part(std::string_view name) {
    body_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + escaped(name) + '"';
}

void MultipartForm::field(std::string_view name, std::string_view value) {
    open_part(name);
    body_ += "\r\n\r\n";
    body_ += value;
    body_ += "\r\n";
}

void MultipartForm::file(std::string_view name, std::string_view filename, std::string_view mime,
                         std::string_view bytes) {
    body_.reserve(body_.size() + bytes.size() + 512);
    open_part(name);
    body_ += "; filename=\"" + escaped(filename) + "\"\r\nContent-Type: ";
    body_ += !mime.empty() && grammar::is_field_value(mime) ? mime : "application/octet-stream";
    body_ += "\r\n\r\n";
    body_ += bytes;
    body_ += "\r\n";
}

std::string MultipartForm::content_type() const {
    return "multipart/form-data; boundary=" + boundary_;
}

std::string MultipartForm::take_body() {
    body_ += "--" + boundary_ + "--\r\n";
    return std::exchange(body_, {});
}

}  // namespace parley::net
