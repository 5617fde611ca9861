// Builds a multipart/form-data body: fields and files, as browsers send them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/client.hpp"

namespace parley::net {

class MultipartForm {
public:
    MultipartForm();  // with a random boundary

    void field(std::string_view name, std::string_view value);
    // `mime` is replaced by application/octet-stream when it could not stand in a header.
    void file(std::string_view name, std::string_view filename, std::string_view mime, std::string_view bytes);
    // The same, read while it is sent. One of these at most.
    void file(std::string_view name, std::string_view filename, std::string_view mime,
              std::shared_ptr<ByteSource> content);

    // Becomes the body of the request, with its Content-Type. The form is empty afterwards.
    void move_into(ClientRequest& request);

private:
    std::string& open_part(std::string_view name);
    std::string& open_file(std::string_view name, std::string_view filename, std::string_view mime);

    std::string boundary_;
    std::string body_;
    std::shared_ptr<ByteSource> file_;
    std::string end_;  // what comes behind file_
};

}  // namespace parley::net
