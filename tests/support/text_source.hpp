// A text in the place of a file that is sent.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "core/byte_source.hpp"
#include "net/client.hpp"

namespace parley::test {

class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string text) : text_(std::move(text)) {}

    std::uint64_t size() const override { return text_.size(); }
    std::string_view head() const override { return std::string_view(text_).substr(0, 64); }
    void read(std::uint64_t offset, std::size_t most, UniqueFunction<void(Result<std::string>)> done) override {
        done(text_.substr(offset, most));
    }

private:
    std::string text_;
};

inline std::shared_ptr<ByteSource> source_of(std::string text) {
    return std::make_shared<TextSource>(std::move(text));
}

// All of a source, wherever it is read.
inline std::string text_of(ByteSource& source) {
    std::promise<Result<std::string>> read;
    source.read(0, source.size(), [&](Result<std::string> text) { read.set_value(std::move(text)); });
    return read.get_future().get().value();
}

// What goes out.
inline std::string whole_body(const net::ClientRequest& request) {
    return request.body + (request.file ? text_of(*request.file) : std::string()) + request.body_end;
}

}  // namespace parley::test
