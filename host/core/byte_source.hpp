// Bytes on their way out that are read piece by piece: a file to be sent is never whole in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/unique_function.hpp"

namespace parley {

class ByteSource {
public:
    virtual ~ByteSource() = default;

    // How many there are; does not change.
    virtual std::uint64_t size() const = 0;

    // The first of them, without waiting: enough to tell one form of a file from another, or none where it does not
    // matter.
    virtual std::string_view head() const { return {}; }

    // [I/O thread] Those from `offset` on, at most `most` and at least one; `offset` is less than size(). May be asked
    // again from the beginning. `done` is called once, from any thread, perhaps before read() returns.
    virtual void read(std::uint64_t offset, std::size_t most, UniqueFunction<void(Result<std::string>)> done) = 0;
};

}  // namespace parley
