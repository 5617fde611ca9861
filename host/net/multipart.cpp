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

std::string& MultipartForm::open_part(std::string_view name) {
    std::string& text = file_ ? end_ : body_;
    text += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"" + escaped(name) + '"';
    return text;
}

std::string& MultipartForm::open_file(std::string_view name, std::string_view filename, std::string_view mime) {
    std::string& text = open_part(name);
    text += "; filename=\"" + escaped(filename) + "\"\r\nContent-Type: ";
    text += !mime.empty() && grammar::is_field_value(mime) ? mime : "application/octet-stream";
    text += "\r\n\r\n";
    return text;
}

void MultipartForm::field(std::string_view name, std::string_view value) {
    std::string& text = open_part(name);
    text += "\r\n\r\n";
    text += value;
    text += "\r\n";
}

void MultipartForm::file(std::string_view name, std::string_view filename, std::string_view mime,
                         std::string_view bytes) {
    std::string& text = open_file(name, filename, mime);
    text.reserve(text.size() + bytes.size() + 512);
    text += bytes;
    text += "\r\n";
}

void MultipartForm::file(std::string_view name, std::string_view filename, std::string_view mime,
                         std::shared_ptr<ByteSource> content) {
    open_file(name, filename, mime);
    file_ = std::move(content);
    end_ = "\r\n";
}

void MultipartForm::move_into(ClientRequest& request) {
    (file_ ? end_ : body_) += "--" + boundary_ + "--\r\n";
    request.headers.set("Content-Type", "multipart/form-data; boundary=" + boundary_);
    request.body = std::exchange(body_, {});
    request.file = std::exchange(file_, nullptr);
    request.body_end = std::exchange(end_, {});
}

}  // namespace parley::net
