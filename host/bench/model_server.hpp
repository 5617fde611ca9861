// A language model that thinks nothing: it answers with the last line of what it was told, at once, or holds everybody
// until told to let go. A process of its own, so that what it costs is not counted as the host's.
#pragma once

#include <cstdint>
#include <string>

#include "bench/process.hpp"

namespace parley::bench {

struct ModelServerOptions {
    std::string directory;  // of its control socket
    std::uint16_t port = 0;
};

// Runs until SIGTERM or SIGINT.
int run_model_server(const ModelServerOptions& options);

class ModelServer {
public:
    // Starts it and waits until it answers; throws std::runtime_error when it does not.
    explicit ModelServer(const std::string& directory);

    std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
    void hold(bool on);
    // How many wait.
    unsigned held() const;

private:
    std::string ask(const std::string& path) const;

    std::string socket_;
    std::uint16_t port_ = 0;
    ChildProcess process_;
};

}  // namespace parley::bench
