// A file on its way in, between the server and where it goes: was there any, and is it the same as another time?
#pragma once

#include <memory>

#include "core/crypto.hpp"
#include "net/body_sink.hpp"

namespace parley::api {

class Inflow final : public net::BodySink {
public:
    // `keyed`: somebody will ask for the digest.
    Inflow(std::shared_ptr<net::BodySink> sink, bool keyed) : sink_(std::move(sink)), keyed_(keyed) {}

    std::size_t worth() const override { return sink_->worth(); }
    void write(std::string bytes, UniqueFunction<void(Result<void>)> written) override {
        size_ += bytes.size();
        if (keyed_) digest_.add(bytes);
        sink_->write(std::move(bytes), std::move(written));
    }

    std::uint64_t size() const { return size_; }
    std::string digest() { return keyed_ ? crypto::hex_encode(crypto::bytes_of(digest_.finish())) : std::string(); }

private:
    std::shared_ptr<net::BodySink> sink_;
    bool keyed_;
    std::uint64_t size_ = 0;
    crypto::Sha256 digest_;
};

}  // namespace parley::api
