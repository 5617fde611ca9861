#include "plugins/bell.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace parley::plugins {

Bell::Bell() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Bell::ring() const {
    // Fails only when the counter is full, and then it has rung often enough.
    [[maybe_unused]] const auto result = ::eventfd_write(event_.get(), 1);
}

void Bell::reset() const {
    eventfd_t count = 0;
    [[maybe_unused]] const auto result = ::eventfd_read(event_.get(), &count);
}

}  // namespace parley::plugins
