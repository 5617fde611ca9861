// Wakes the runtime's thread out of poll(). Shared with generations, because the thread that ends the last call of one
// rings when the generation may already be gone.
#pragma once

#include "plugins/file_descriptor.hpp"

namespace parley::plugins {

class Bell {
public:
    Bell();

    void ring() const;   // [any thread]
    void reset() const;  // [runtime thread] forget what rang so far
    int fd() const { return event_.get(); }

private:
    FileDescriptor event_;
};

}  // namespace parley::plugins
