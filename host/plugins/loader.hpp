// From a file to a generation that is ready to serve: read, check, trial, open, create, migrate, start. Runtime thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/log.hpp"
#include "plugins/generation.hpp"
#include "plugins/inspect.hpp"
#include "plugins/mailbox.hpp"
#include "plugins/retirement.hpp"

namespace parley::plugins {

// A file that was read and checked; no code of it has run.
struct Candidate {
    std::string path;
    SealedFile file;
    Inspection inspection;
};

class Loader {
public:
    Loader(const RuntimeOptions& options, HostServices& services, Retirement& retirement,
           std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Bell> bell, Logger log);

    Result<Candidate> examine(const std::string& path) const;
    // A started generation, its effects committed. On failure nothing of it is left running.
    Result<std::shared_ptr<Generation>> bring_up(Candidate candidate, std::shared_ptr<PluginStats> stats);

private:
    std::shared_ptr<Generation> make(Candidate candidate, std::shared_ptr<PluginStats> stats);
    Result<void> start(const std::shared_ptr<Generation>& generation);
    Result<void> open(const std::shared_ptr<Generation>& generation);
    Result<void> run_start(const std::shared_ptr<Generation>& generation, parley_call* call,
                           const std::string& stored_version);
    void close_late(const std::shared_ptr<Generation>& generation, parley_call* call);

    Result<void> check_shared_data(const Candidate& candidate) const;

    const RuntimeOptions& options_;
    HostServices& services_;
    Retirement& retirement_;
    std::shared_ptr<Mailbox> mailbox_;
    std::shared_ptr<Bell> bell_;
    Logger log_;
    std::uint64_t last_number_ = 0;
    // Unique symbols in this process: (plugin id, symbol) -> hash of the file whose data it is, for good.
    std::map<std::pair<std::string, std::string>, std::string> unique_;
};

}  // namespace parley::plugins
