// The model behind an OpenAI-compatible API: OpenAI itself, llama.cpp, Ollama, vLLM, LocalAI, LM Studio and their like.
// The address is enough; what the server can do is found out on the way.
#pragma once

#include "gpt/core.hpp"
#include "gpt/model.hpp"
#include "gpt/probe.hpp"

namespace parley::gpt {

class Provider final : public Model {
public:
    // All of these outlive the provider, and `client` ends the questions that are under way when it ends.
    struct Parts {
        Executor& executor;
        net::Client& client;
        WorkerPool& workers;  // for what is large: pictures, vectors
        ReadOptions options;  // asked anew for every question, so that settings count at once
        Convert convert;      // empty: recordings are sent as they are, or not at all
        Logger log;
    };
    explicit Provider(Parts parts, Patience patience = {});

    void chat(ChatRequest request, Done<ChatAnswer> done) override;
    void transcribe(TranscribeRequest request, Done<Transcript> done) override;
    void speak(SpeakRequest request, Done<Audio> done) override;
    void draw(DrawRequest request, Done<Image> done) override;
    void embed(EmbedRequest request, Done<Embeddings> done) override;
    void moderate(ModerateRequest request, Done<Verdict> done) override;
    bool configured() const override;
    int context_tokens() const override;
    TokenScale token_scale() const override;

    // [I/O thread] What is at the address and what it can do, found out by asking, within this time or a little more.
    void probe(std::chrono::milliseconds within, UniqueFunction<void(Probed)> done);

private:
    std::shared_ptr<Core> core_;
};

}  // namespace parley::gpt
