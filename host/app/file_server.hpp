// Answers with stored files, whole or in part, from disk: none is held in memory.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/worker_pool.hpp"
#include "media/store.hpp"
#include "net/http.hpp"

namespace parley::app {

class FileServer {
public:
    // Both outlive it.
    FileServer(const media::Store& store, WorkerPool& workers) : store_(store), workers_(workers) {}

    struct Wish {
        std::string reference;
        std::string range;              // the header Range
        int status_when_gone = 404;     // of a file that is stored no more
        bool may_be_shown = false;      // pictures, sound and videos, by a browser; all else is offered for download
        const net::ErrorShape* errors;  // lives for ever
    };
    // [any thread]
    void answer(Wish wish, net::Responder respond);

private:
    net::Response answer_to(const Wish& wish);

    const media::Store& store_;
    WorkerPool& workers_;
    std::shared_ptr<std::atomic<unsigned>> open_ = std::make_shared<std::atomic<unsigned>>(0);
};

}  // namespace parley::app
