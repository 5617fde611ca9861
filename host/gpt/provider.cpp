#include "gpt/provider.hpp"

#include "gpt/chat_task.hpp"

namespace parley::gpt {

Provider::Provider(Parts parts, Patience patience)
    : core_(new Core{parts.executor, parts.client, parts.workers, std::move(parts.options), std::move(parts.convert),
                     parts.log, patience, Discovery(parts.client, parts.log)}) {}

void Provider::chat(ChatRequest request, Done<ChatAnswer> done) {
    std::make_shared<ChatTask>(core_, std::move(request), std::move(done))->start();
}

bool Provider::configured() const {
    return core_->options().configured();
}

int Provider::context_tokens() const {
    return core_->context;
}

void Provider::probe(std::chrono::milliseconds within, UniqueFunction<void(Probed)> done) {
    std::make_shared<Probe>(*this, core_, std::chrono::steady_clock::now() + within, std::move(done))->start();
}

TokenScale Provider::token_scale() const {
    return core_->scale;
}

}  // namespace parley::gpt
