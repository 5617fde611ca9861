// Finds out what is at an address: below which path its API begins and which models it has. Asked of /v1/models, then
// of /models; remembered for five minutes, a failure for fifteen seconds. OpenAI's own address needs no looking.
// [I/O thread]
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "gpt/endpoint.hpp"
#include "gpt/options.hpp"
#include "net/client.hpp"

namespace parley::gpt {

struct ModelInfo {
    std::string id;
    int context = 0;  // tokens; 0: it does not say
};

// Of a list as servers answer it; contexts under the names that llama.cpp, vLLM and LM Studio have for them.
std::vector<ModelInfo> read_model_list(std::string_view body);

struct Found {
    Endpoint endpoint;
    std::vector<ModelInfo> models;  // empty: not known

    // The first model whose name has one of these words; `otherwise` when there is none.
    std::string model_named(std::initializer_list<std::string_view> words, std::string otherwise) const;
    // What to talk to when nothing is configured.
    std::string chat_model() const;
    int context_of(const std::string& model) const;
};

class Discovery {
public:
    Discovery(net::Client& client, Logger log) : client_(client), log_(std::move(log)) {}

    using Ready = UniqueFunction<void(const Found&)>;
    // `ready` comes at once when the address needs no looking, or when the answer is not needed: then it is looked up
    // all the same, for later. Errc::invalid: the address makes no sense.
    Result<void> find(const Options& options, bool needed, Ready ready);

    static net::ClientRequest list_request(const std::string& url, const Options& options);

private:
    struct Entry {
        Found found;
        bool looking = false;
        SteadyTime until{};
        std::vector<Ready> waiting;
    };

    void look(const std::string& key, const Options& options, bool second);
    void looked(const std::string& key, const Options& options, bool second, net::ClientResult result);

    net::Client& client_;
    Logger log_;
    std::map<std::string, Entry> entries_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  // a list may come after the end of this
};

}  // namespace parley::gpt
