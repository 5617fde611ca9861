#include <catch2/catch.hpp>

#include "net/multipart.hpp"
#include "support/text_source.hpp"

using namespace parley::net;

namespace {
const std::string type = "multipart/form-data; boundary=";

ClientRequest sent(MultipartForm& form) {
    ClientRequest request;
    form.move_into(request);
    CHECK(request.headers.get("Content-Type").starts_with(type));
    return request;
}

std::string boundary_of(const ClientRequest& request) {
    return std::string(request.headers.get("Content-Type").substr(type.size()));
}
}  // namespace

TEST_CASE("a multipart form has the shape browsers give it") {
    const std::string png("\x89PNG\r\n\0", 7);
    for (const bool is_read : {false, true}) {
        MultipartForm form;
        form.field("phone", "92300");
        if (is_read) {
            form.file("image", "cat.png", "image/png", parley::test::source_of(png));
        } else {
            form.file("image", "cat.png", "image/png", png);
        }
        form.field("caption", "a cat");
        const auto request = sent(form);
        CHECK((request.file != nullptr) == is_read);
        const auto boundary = boundary_of(request);
        CHECK(parley::test::whole_body(request) ==
              "--" + boundary + "\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n92300\r\n--" + boundary +
                  "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"cat.png\"\r\n"
                  "Content-Type: image/png\r\n\r\n" +
                  png + "\r\n--" + boundary +
                  "\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\na cat\r\n--" + boundary + "--\r\n");
    }
}

TEST_CASE("names and file names cannot break out of their quotes") {
    MultipartForm form;
    form.file("a\"; name=\"b", "x\r\nEvil: 1\".png", "image/png\r\nEvil: 2", "");
    auto body = sent(form).body;
    CHECK(body.find("name=\"a%22; name=%22b\"; filename=\"x%0D%0AEvil: 1%22.png\"\r\n") != std::string::npos);
    CHECK(body.find("\r\nEvil") == std::string::npos);
    CHECK(body.find("Content-Type: application/octet-stream\r\n") != std::string::npos);
}

TEST_CASE("boundaries differ") {
    MultipartForm one, other;
    CHECK(boundary_of(sent(one)) != boundary_of(sent(other)));
}
