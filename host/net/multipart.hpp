// Builds a multipart/form-data body: fields and files, as browsers send them.
#pragma once

#include <string>
#include <string_view>

namespace parley::net {

class MultipartForm {
public:
    MultipartForm();  // with a random boundary

    void field(std::string_view name, std::string_view value);
    // `mime` is replaced by application/octet-stream when it could not stand in a header.
    void file(std::string_view name, std::string_view filename, std::string_view mime, std::string_view bytes);

    // For the request's Content-Type.
    std::string content_type() const;
    // The whole body. The form is empty afterwards.
    std::string take_body();

private:
    void open_part(std::string_view name);

    std::string boundary_;
    std::string body_;
};

}  // namespace parley::net
