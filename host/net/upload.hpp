// Requests whose body is too large to be held: the handler says where it goes.
#pragma once

#include <memory>

#include "net/body_sink.hpp"
#include "net/http.hpp"

namespace parley::net {

// The body of one request, not read yet. [I/O thread] May outlive its request.
class Upload {
public:
    virtual ~Upload() = default;

    // Once, before the answer: reads the body into `sink`, at most the route's max_body of it. `received` is called
    // once, later, on the I/O thread: without an error when all of it came and was written. It is too_large, timeout,
    // invalid (malformed), gone (the connection broke), all of which the server answers itself; or what the sink said,
    // which the handler answers.
    virtual void receive(std::shared_ptr<BodySink> sink, UniqueFunction<void(Result<void>)> received) = 0;
};

// [I/O thread] Must not block. Registered with Router::add_upload(). `Request::body` is empty. Answering without
// receive() refuses the body: the client is told before it has sent it when it asked first (Expect: 100-continue), and
// the connection closes. The route's deadline runs until receive() and after `received`, and for each write of the
// sink; in between, the body has to come at the server's body_timeout_ms with a second more for each 64 KiB.
using UploadHandler = std::function<void(Request, std::unique_ptr<Upload>, Responder)>;

}  // namespace parley::net
