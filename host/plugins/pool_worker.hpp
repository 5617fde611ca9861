// Which pool thread this is. Part of handler_pool.hpp.
#pragma once

#include "plugins/pool_state.hpp"

namespace parley::plugins {

struct PoolThread {
    PoolState* state;
    PoolWorker* worker;
};

// Null on threads that belong to no pool.
PoolThread* current_pool_thread();

// Makes a detached thread that works for this pool. False: the system has none left.
bool make_pool_thread(std::shared_ptr<PoolState> state, std::shared_ptr<PoolWorker> worker, std::size_t stack_bytes);

}  // namespace parley::plugins
