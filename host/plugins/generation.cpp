#include "plugins/generation.hpp"

#include <exception>
#include <stdexcept>

#include "plugins/descriptor.hpp"
#include "plugins/hook_call.hpp"
#include "plugins/loaded_code.hpp"

namespace parley::plugins {

Generation::Generation(GenerationParts parts)
    : parts_(std::move(parts)),
      host_(parts_.granted, [services = parts_.services](std::string_view name) { return services->service(name); }),
      handling_streak_(parts_.options->quarantine_failures, parts_.options->quarantine_window),
      preprocess_streak_(parts_.options->quarantine_failures, parts_.options->quarantine_window) {}

void Generation::advance(Event event) {
    const auto next = after(stage(), event);
    if (!next) throw std::logic_error(std::string("a plugin generation cannot do this when ") + to_string(stage()));
    stage_.store(*next, std::memory_order_release);
}

Result<void> Generation::open() {
    parts_.file.unmap();
    const InsidePlugin inside(*this);
    if (const auto opened = library_.open(parts_.file); !opened) return opened.error();
    note_code(library_.handle(), id(), number());
    advance(Event::open);
    const auto descriptor = library_.descriptor();
    if (!descriptor) return descriptor.error();
    if (const auto checked = check_descriptor(*descriptor, manifest()); !checked) return checked.error();
    descriptor_ = *descriptor;
    return {};
}

Result<void> Generation::bring_up(parley_call* call, const std::string& stored_version) {
    const InsidePlugin inside(*this);
    if (const auto created = create(); !created) return created.error();
    parts_.services->enter_call(call);
    if (const auto migrated = migrate(call, stored_version); !migrated) return migrated.error();
    return start(call);
}

Result<void> Generation::create() {
    hooks_.size = sizeof hooks_;
    const auto result = call_hook("create()", [this] { return descriptor_->create(host_.get(), &hooks_); });
    if (!result) return result.error();
    advance(Event::create);
    return check_hooks(hooks_);
}

Result<void> Generation::migrate(parley_call* call, const std::string& stored_version) {
    if (!hooks_.migrate || stored_version.empty() || stored_version == manifest().version) return {};
    const parley_str from{stored_version.data(), stored_version.size()};
    return call_hook("migrate()", [&] { return hooks_.migrate(hooks_.self, call, from); });
}

Result<void> Generation::start(parley_call* call) {
    if (hooks_.start) {
        const auto result = call_hook("start()", [&] { return hooks_.start(hooks_.self, call); });
        if (!result) return result.error();
    }
    advance(Event::start);
    auto commands = read_commands(hooks_, manifest());
    if (!commands) return commands.error();
    commands_ = std::move(*commands);
    return {};
}

void Generation::stop() {
    const InsidePlugin inside(*this);
    const auto result = call_hook("stop()", [this] {
        if (hooks_.stop) hooks_.stop(hooks_.self);
        return PARLEY_OK;
    });
    if (!result) parts_.log.error("plugin.stop_failed", {{"plugin", id()}, {"error", result.error().message}});
    advance(Event::stop);
}

void Generation::destroy() {
    const InsidePlugin inside(*this);
    const auto result = call_hook("destroy()", [this] {
        if (hooks_.destroy) hooks_.destroy(hooks_.self);
        return PARLEY_OK;
    });
    if (!result) parts_.log.error("plugin.destroy_failed", {{"plugin", id()}, {"error", result.error().message}});
    hooks_ = {};
    advance(Event::destroy);
}

bool Generation::close() {
    const InsidePlugin inside(*this);
    library_.close();
    const bool mapped = is_mapped(memory_name());
    advance(mapped ? Event::stay_mapped : Event::unmap);
    return !mapped;
}

void Generation::begin_draining() {
    advance(Event::retire);
    draining_.store(true, std::memory_order_seq_cst);
}

void Generation::leave() {
    const unsigned stripe = stripe_of_this_thread();
    if (!draining_.load(std::memory_order_seq_cst)) {
        calls_.remove(stripe);  // if draining begins just now, the runtime's thread finds out by looking again
        return;
    }
    const auto bell = parts_.bell;  // nothing of `this` may be touched after the call is counted out
    calls_.remove(stripe);
    bell->ring();
}

void Generation::record(CallOutcome outcome, std::chrono::nanoseconds took, CallKind kind) {
    auto& streak = kind == CallKind::preprocess ? preprocess_streak_ : handling_streak_;
    stats().calls.fetch_add(1, std::memory_order_relaxed);
    stats().busy_ns.fetch_add(took.count(), std::memory_order_relaxed);
    if (outcome == CallOutcome::ok) {
        streak.succeeded();
        return;
    }
    stats().failures.fetch_add(1, std::memory_order_relaxed);
    if (outcome == CallOutcome::overdue) stats().overdue.fetch_add(1, std::memory_order_relaxed);
    if (streak.failed(std::chrono::steady_clock::now(), outcome == CallOutcome::overdue))
        quarantine("too many failures in a row");
}

void Generation::began_hanging() {
    const unsigned hanging = hanging_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (hanging >= parts_.options->quarantine_hanging) quarantine("too many of its calls never return");
}

void Generation::quarantine(const char* why) {
    if (quarantined_.exchange(true, std::memory_order_acq_rel)) return;
    parts_.log.error("plugin.quarantined", {{"plugin", id()}, {"generation", number()}, {"why", why}});
}

}  // namespace parley::plugins
