// A stored file that is opened to be sent: read on worker threads, a piece at a time. What the store sweeps away
// meanwhile can be read to its end.
#pragma once

#include <memory>
#include <string_view>

#include "core/byte_source.hpp"
#include "core/worker_pool.hpp"
#include "media/store.hpp"

namespace parley::media {

// [blocks] Errc::invalid: not a reference; Errc::not_found: nothing there any more. `workers` outlive all reading.
Result<std::shared_ptr<ByteSource>> open_file(const Store& store, std::string_view reference, WorkerPool& workers);

}  // namespace parley::media
