// Between C++ and the C ABI: strings, sinks and statuses. For the SDK's own headers.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../abi/host.h"
#include "../errors.hpp"

namespace parley::detail {

inline parley_str str(std::string_view text) {
    return {text.data(), text.size()};
}
inline std::string_view view(parley_str text) {
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline std::string copy(parley_str text) {
    return std::string(view(text));
}

// Gathers what a service puts into a sink. An exception (out of memory) must not unwind through the host, so that it
// waits here until the call is over.
class Collector {
public:
    parley_sink sink() noexcept { return {this, &put}; }

    // Everything that was put, one entry a put().
    std::vector<std::string> take() {
        if (failure_) std::rethrow_exception(failure_);
        return std::move(values_);
    }

    // The result of a service that answers with one text.
    std::string text() {
        auto values = take();
        if (values.empty()) return {};
        for (std::size_t i = 1; i < values.size(); ++i) values.front() += values[i];
        return std::move(values.front());
    }

private:
    static void put(void* user, parley_str value) noexcept {
        auto& self = *static_cast<Collector*>(user);
        try {
            self.values_.emplace_back(view(value));
        } catch (...) {
            self.failure_ = std::current_exception();
        }
    }

    std::vector<std::string> values_;
    std::exception_ptr failure_;
};

// The running hook: who to ask, and on whose behalf.
struct Link {
    const parley_host* host = nullptr;
    parley_call* call = nullptr;
};

[[noreturn]] inline void fail(const Link& link, parley_status status, const char* what) {
    Collector reason;
    link.host->last_error(link.call, reason.sink());
    throw ServiceError(static_cast<Status>(status), what, reason.text());
}

inline void check(const Link& link, parley_status status, const char* what) {
    if (status != PARLEY_OK) fail(link, status, what);
}

// False when there is no such thing, true when there is; anything else throws.
inline bool found(const Link& link, parley_status status, const char* what) {
    if (status == PARLEY_NOT_FOUND) return false;
    check(link, status, what);
    return true;
}

// A function that was appended to a table: an older host has a shorter one. Throws Status::unsupported then.
template <class Table, class Function>
Function offered(const Table* table, Function Table::*member, const char* what) {
    const auto* from = reinterpret_cast<const char*>(table);
    const auto end =
        static_cast<std::size_t>(reinterpret_cast<const char*>(&(table->*member)) - from) + sizeof(Function);
    if (table->size < end || table->*member == nullptr) {
        throw ServiceError(Status::unsupported, what, "this host is older than the plugin and cannot do that");
    }
    return table->*member;
}

}  // namespace parley::detail
