#include "plugins/inspect.hpp"
#include "plugins/runtime.hpp"
#include "plugins/trial.hpp"

namespace parley::plugins {

CheckReport check_file(const std::string& path, const RuntimeOptions& options) {
    CheckReport report;
    const auto file = SealedFile::read(path);
    if (!file) {
        report.problems.push_back(file.error().message);
        return report;
    }
    auto inspected = inspect(*file);
    if (!inspected) {
        report.problems.push_back(inspected.error().message);
        return report;
    }
    report.manifest = std::move(inspected->manifest);
    report.warnings = std::move(inspected->warnings);
    if (options.canary_program.empty()) return report;
    const auto tried = try_in_child(options.canary_program, file->fd(), options.trial_deadline);
    if (!tried) report.problems.push_back(tried.error().message);
    return report;
}

}  // namespace parley::plugins
