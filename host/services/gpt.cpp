#include "parley/abi/services/gpt.h"

#include "services/table.hpp"

namespace parley::services {
namespace {

parley_status chat(parley_call* call, parley_str, parley_sink) {
    return guarded(call, [&]() -> parley_status {
        return call->fail(PARLEY_NOT_CONFIGURED, "no language model is configured on this host");
    });
}

constexpr parley_gpt table{sizeof(parley_gpt), chat, nullptr, nullptr, nullptr, nullptr, nullptr};

}  // namespace

const void* const gpt_table = &table;

}  // namespace parley::services
