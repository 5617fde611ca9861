#include "gpt/provider.hpp"

#include "gpt/chat_task.hpp"

namespace parley::gpt {

Provider::Provider(Executor& executor, net::Client& client, ReadOptions options, Logger log, Patience patience)
    : core_(new Core{executor, client, std::move(options), log, patience, Discovery(client, log)}) {}

void Provider::chat(ChatRequest request, Done<ChatAnswer> done) {
    std::make_shared<ChatTask>(core_, std::move(request), std::move(done))->start();
}

bool Provider::configured() const {
    return core_->options().configured();
}

int Provider::context_tokens() const {
    return core_->context;
}

}  // namespace parley::gpt
