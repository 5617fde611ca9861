#include <catch2/catch.hpp>

#include "net/multipart.hpp"

using namespace parley::net;

namespace {
std::string boundary_of(const MultipartForm& form) {
    return form.content_type().substr(30);
}
}  // namespace

TEST_CASE("a multipart form has the shape browsers give it") {
    MultipartForm form;
    auto boundary = boundary_of(form);
    CHECK(form.content_type() == "multipart/form-data; boundary=" + boundary);
    form.field("phone", "92300");
    form.file("image", "cat.png", "image/png", std::string("\x89PNG\r\n\0", 7));
    CHECK(form.take_body() == "--" + boundary +
                                  "\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n92300\r\n--" + boundary +
                                  "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"cat.png\"\r\n"
                                  "Content-Type: image/png\r\n\r\n" +
                                  std::string("\x89PNG\r\n\0", 7) + "\r\n--" + boundary + "--\r\n");
}

TEST_CASE("names and file names cannot break out of their quotes") {
    MultipartForm form;
    form.file("a\"; name=\"b", "x\r\nEvil: 1\".png", "image/png\r\nEvil: 2", "");
    auto body = form.take_body();
    CHECK(body.find("name=\"a%22; name=%22b\"; filename=\"x%0D%0AEvil: 1%22.png\"\r\n") != std::string::npos);
    CHECK(body.find("\r\nEvil") == std::string::npos);
    CHECK(body.find("Content-Type: application/octet-stream\r\n") != std::string::npos);
}

TEST_CASE("boundaries differ") {
    CHECK(boundary_of(MultipartForm()) != boundary_of(MultipartForm()));
}
