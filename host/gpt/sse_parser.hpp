// Server-sent events, the form in which providers stream answers (WHATWG HTML, 9.2.6). Bytes come in as the network cut
// them: in the middle of a line, of a CRLF, of a character. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/error.hpp"

namespace parley::gpt {

struct SseLimits {
    std::size_t event = 1 << 20;  // bytes of one event's data
    std::size_t total = 8 << 20;  // bytes of the whole stream, comments included
};

class SseParser {
public:
    explicit SseParser(SseLimits limits = {}) : limits_(limits) {}

    // Calls `event(type, data)` for each event that these bytes complete; type is "message" unless the stream names
    // one. Comments, other fields and events without data are left out. Errc::too_large: over a limit, feed no more.
    template <class Event>
    Result<void> feed(std::string_view bytes, Event&& event) {
        using Called = std::remove_reference_t<Event>;
        return take(bytes, &event, [](const void* self, std::string_view type, std::string_view data) {
            (*static_cast<Called*>(const_cast<void*>(self)))(type, data);
        });
    }

    // The stream has ended. The standard drops an event that is not ended by an empty line; providers that forget it
    // mean what they say, so it counts here.
    template <class Event>
    Result<void> finish(Event&& event) {
        return feed("\n\n", event);
    }

private:
    using Emit = void (*)(const void*, std::string_view, std::string_view);

    Result<void> take(std::string_view bytes, const void* self, Emit emit);
    bool end_line(const void* self, Emit emit);
    bool grow(std::string_view bytes);

    SseLimits limits_;
    std::size_t total_ = 0;
    std::string line_;
    std::string type_, data_;
    bool has_data_ = false;
    bool after_cr_ = false;  // a LF that comes now belongs to the CR before it
    bool begun_ = false;     // a byte order mark may only come first
};

}  // namespace parley::gpt
