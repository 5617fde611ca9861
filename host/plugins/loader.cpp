#include "plugins/loader.hpp"

#include <algorithm>

#include "plugins/bounded.hpp"
#include "plugins/trial.hpp"

namespace parley::plugins {

Loader::Loader(const RuntimeOptions& options, HostServices& services, Retirement& retirement,
               std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Bell> bell, Logger log)
    : options_(options),
      services_(services),
      retirement_(retirement),
      mailbox_(std::move(mailbox)),
      bell_(std::move(bell)),
      log_(std::move(log)) {}

Result<Candidate> Loader::examine(const std::string& path) const {
    auto file = SealedFile::read(path);
    if (!file) return file.error();
    auto inspection = inspect(*file);
    if (!inspection) return inspection.error();
    return Candidate{path, std::move(*file), std::move(*inspection)};
}

// The loader gives a library's unique symbols to every later copy of it, also when the data behind them has another
// layout there: the new version would read rubbish. The same bytes again are as before.
Result<void> Loader::check_shared_data(const Candidate& candidate) const {
    for (const auto& symbol : candidate.inspection.unique) {
        const auto held = unique_.find({candidate.inspection.manifest.id, symbol});
        if (held == unique_.end() || held->second == candidate.file.hash()) continue;
        return make_error(Errc::conflict,
                          "it would run on data of the version that was loaded before, which cannot "
                          "leave memory (unique symbol " +
                              symbol.substr(0, 80) +
                              "): restart the host to load it, and build it with parley_add_plugin()");
    }
    return {};
}

Result<std::shared_ptr<Generation>> Loader::bring_up(Candidate candidate, std::shared_ptr<PluginStats> stats) {
    if (const auto safe = check_shared_data(candidate); !safe) return safe.error();
    for (const auto& warning : candidate.inspection.warnings)
        log_.warn("plugin.warning", {{"file", candidate.path}, {"warning", warning}});
    if (!options_.canary_program.empty()) {
        const auto tried = try_in_child(options_.canary_program, candidate.file.fd(), options_.trial_deadline);
        if (!tried) return tried.error();
    }
    for (const auto& symbol : candidate.inspection.unique)
        unique_.try_emplace({candidate.inspection.manifest.id, symbol}, candidate.file.hash());
    auto generation = make(std::move(candidate), std::move(stats));
    auto brought_up = open(generation);
    try {
        if (brought_up) brought_up = start(generation);
    } catch (...) {
        retirement_.add(generation);
        throw;
    }
    if (brought_up) return generation;
    // Somebody is still inside one that is overdue: the retirement has it already.
    if (brought_up.error().code != Errc::timeout) retirement_.add(generation);
    return brought_up.error();
}

// Static constructors of the library run.
Result<void> Loader::open(const std::shared_ptr<Generation>& generation) {
    auto outcome = std::make_shared<Result<void>>();
    auto work = [generation, outcome] { *outcome = generation->open(); };
    auto late = [this, generation, mailbox = mailbox_] {
        mailbox->post([this, generation] { retirement_.add(generation); });
    };
    if (run_bounded(options_.start_deadline, std::move(work), std::move(late))) return *outcome;
    retirement_.abandon(generation, "dlopen()");
    return make_error(Errc::timeout, "its static constructors did not return within " +
                                         std::to_string(options_.start_deadline.count()) +
                                         " ms; no plugin can be loaded any more until the host is restarted");
}

std::shared_ptr<Generation> Loader::make(Candidate candidate, std::shared_ptr<PluginStats> stats) {
    auto& manifest = candidate.inspection.manifest;
    std::vector<std::string> granted;
    for (const auto& capability : manifest.capabilities) {
        if (services_.may_have(manifest.id, capability))
            granted.push_back(capability);
        else
            log_.warn("plugin.capability_refused", {{"plugin", manifest.id}, {"capability", capability}});
    }
    GenerationParts parts{++last_number_,
                          std::move(candidate.path),
                          std::move(candidate.file),
                          std::move(manifest),
                          std::move(granted),
                          std::move(stats),
                          bell_,
                          &services_,
                          &options_,
                          log_};
    return std::make_shared<Generation>(std::move(parts));
}

Result<void> Loader::start(const std::shared_ptr<Generation>& generation) {
    const std::string before = services_.stored_version(generation->id());
    auto* call = services_.open_call(generation->id(), [generation = generation.get()](std::string_view capability) {
        return is_granted(generation->granted(), capability);
    });
    const auto started = run_start(generation, call, before);
    if (started) {
        const auto committed = services_.commit_call(call, generation->manifest().version);
        if (committed) return {};
        // Errc::timeout is kept for a start() that does not return.
        const auto code = committed.error().code == Errc::timeout ? Errc::unavailable : committed.error().code;
        return make_error(code, "what it wrote at its start could not be saved: " + committed.error().message);
    }
    Error error = started.error();
    if (error.code == Errc::timeout) return error;  // the call is still in use
    if (const auto words = services_.reported(call); !words.empty()) error.message += ": " + words;
    services_.drop_call(call);
    return error;
}

Result<void> Loader::run_start(const std::shared_ptr<Generation>& generation, parley_call* call,
                               const std::string& stored_version) {
    // Shared: when start() never returns, its thread writes here long after we are gone.
    auto outcome = std::make_shared<Result<void>>();
    auto work = [generation, call, outcome, stored_version] { *outcome = generation->bring_up(call, stored_version); };
    auto late = [this, generation, call, mailbox = mailbox_] {
        mailbox->post([this, generation, call] { close_late(generation, call); });
    };
    if (run_bounded(options_.start_deadline, std::move(work), std::move(late))) return *outcome;
    retirement_.abandon(generation, "start()");
    return make_error(Errc::timeout, "start() did not return within " +
                                         std::to_string(options_.start_deadline.count()) +
                                         " ms; this copy of the plugin stays in memory");
}

void Loader::close_late(const std::shared_ptr<Generation>& generation, parley_call* call) {
    services_.drop_call(call);
    retirement_.add(generation);
}

}  // namespace parley::plugins
