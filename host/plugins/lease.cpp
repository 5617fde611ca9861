#include <algorithm>
#include <utility>

#include "plugins/generation.hpp"
#include "plugins/runtime.hpp"

namespace parley::plugins {

Lease::Lease(Generation* generation) : generation_(generation) {}

Lease::Lease(Lease&& other) noexcept : generation_(std::exchange(other.generation_, nullptr)) {}

Lease& Lease::operator=(Lease&& other) noexcept {
    Lease old(std::move(*this));
    generation_ = std::exchange(other.generation_, nullptr);
    return *this;
}

Lease::~Lease() {
    if (generation_) generation_->leave();
}

const std::string& Lease::plugin_id() const {
    return generation_->id();
}
std::uint64_t Lease::generation() const {
    return generation_->number();
}
const parley_plugin& Lease::hooks() const {
    return generation_->hooks();
}
bool Lease::granted(std::string_view capability) const {
    return is_granted(generation_->granted(), capability);
}

const CommandInfo* Lease::command(std::string_view name) const {
    const auto& commands = generation_->commands();
    const auto found = std::find_if(commands.begin(), commands.end(), [name](const auto& c) { return c.name == name; });
    return found == commands.end() ? nullptr : &*found;
}

bool Lease::serial() const {
    const auto& commands = generation_->commands();
    return std::any_of(commands.begin(), commands.end(), [](const auto& command) { return command.serial; });
}
SerialSlot& Lease::serial_slot() const {
    return generation_->serial_slot();
}

void Lease::record(CallOutcome outcome, std::chrono::nanoseconds took, CallKind kind) const {
    generation_->record(outcome, took, kind);
}

void Lease::began_hanging() const {
    generation_->began_hanging();
}
void Lease::ended_hanging() const {
    generation_->ended_hanging();
}

}  // namespace parley::plugins
