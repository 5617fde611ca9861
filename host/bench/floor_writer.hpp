// The floor's writes: whatever waits goes into one statement and one commit. Methods on the loop's thread, two threads
// of its own; completions are fetched by the loop when the event descriptor says so.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/poller.hpp"
#include "db/pool.hpp"

namespace parley::bench {

struct FloorMessage {
    std::int64_t id = 0;
    std::int64_t reply_id = 0;
    std::string chat, sender, name, provider_id, body;
    std::string reply, reply_provider_id;
    std::uint64_t connection = 0;  // whose webhook it is
};

enum class FloorStep { admit, settle, sent };

struct FloorWrite {
    FloorStep step = FloorStep::admit;
    FloorMessage message;
    bool fresh = true;  // of an admission: it was not there before
};

class FloorWriter {
public:
    FloorWriter(const db::DatabaseOptions& database, std::int32_t account);
    ~FloorWriter();

    void write(FloorStep step, FloorMessage message);
    std::vector<FloorWrite> take_written();
    int event() const { return event_.get(); }

private:
    void run();

    const db::DatabaseOptions& database_;
    std::int32_t account_;
    FileDescriptor event_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<FloorWrite> waiting_;
    std::vector<FloorWrite> written_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace parley::bench
