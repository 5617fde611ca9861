#include "net/client.hpp"

#include "net/client_core.hpp"

namespace parley::net {

struct Client::Impl {
    std::shared_ptr<ClientCore> core;
};

Client::Client(Loop& loop, ClientOptions options, Logger log)
    : impl_(std::make_unique<Impl>(Impl{std::make_shared<ClientCore>(loop, std::move(options), std::move(log))})) {}

Client::~Client() {
    impl_->core->shut_down();
}

void Client::send(ClientRequest request, UniqueFunction<void(ClientResult)> done) {
    impl_->core->send(std::move(request), std::move(done));
}

}  // namespace parley::net
