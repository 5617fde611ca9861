// The one way into /api/v1. Every operation of the contract is registered here with its handler; before a handler runs,
// the gate has made sure of all that the contract says:
//
//   who asks (auth::Authenticator)        401
//   how often                             429, and RateLimit-* with every answer
//   role, and scope of a key              403
//   parameters and body                   400, 415
//   Idempotency-Key, on POST              the first answer again; 409 while it is made; 422 for another request
//   If-Match, where people edit           412
//
// A change is written into the audit log before it is made and completed after, with what its path showed before and
// what was answered: neither holds secrets. So no change goes unrecorded, even when the host is cut off. Edits of one
// path wait for each other: what If-Match was compared with is what is edited.
//
// [I/O thread]
#pragma once

#include <boost/json/value.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "api/contract.hpp"
#include "api/rate_limits.hpp"
#include "auth/principal.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/api_ledger.hpp"
#include "net/upload.hpp"
#include "net/websocket.hpp"

namespace parley::api {

// A request that was let in.
struct Call {
    net::Request request;
    auth::Principal principal;
    boost::json::value body;  // as the contract wants it; null when there is none
    net::Responder respond;   // [any thread]

    std::string path(std::string_view name) const { return std::string(request.path_value(name)); }
    // Ids are texts in the API, for JavaScript's sake. None: it is no id.
    std::optional<std::int64_t> id(std::string_view name = "id") const;
};

// Set by a handler, for the gate alone: this failure left nothing behind, so the same request may be made again with
// the same Idempotency-Key.
inline constexpr const char* nothing_done = "Parley-Nothing-Done";

using CallHandler = std::function<void(Call)>;
// Where the body of a request goes that is a file, and what is done when all of it has come and the change is recorded.
struct FileTaker {
    std::shared_ptr<net::BodySink> sink;
    CallHandler handle;
};
using FileHandler = std::function<Result<FileTaker>(const net::Request&)>;
// Accepts or refuses; `respond` of the call is of no use here.
using SocketHandler = std::function<void(Call, std::unique_ptr<net::Upgrade>)>;

struct GateOptions {
    double rate = 50;  // requests a second of one principal; 0: no limit
    double burst = 200;
};

class Gate {
public:
    struct Parts {
        const Contract& contract;
        auth::Authenticator& authenticator;
        db::Pool& pool;
        Executor& executor;
        Logger log;
        GateOptions options = {};
    };
    explicit Gate(Parts parts);

    // Throws std::logic_error for an operation that is not in the contract, or has a handler.
    void on(const std::string& operation, CallHandler handler);

    // The same for an operation that is x-raw: its body is never held.
    void on_file(const std::string& operation, FileHandler handler);

    // The same path over a WebSocket, for whom the GET lets in. The server has checked Origin.
    void on_socket(const std::string& operation, SocketHandler handler);

    // Registers all. Throws std::logic_error when an operation of the contract has no handler. The gate outlives the
    // router.
    void open(net::Router& router);

private:
    struct Visit;
    using VisitPtr = std::shared_ptr<Visit>;

    VisitPtr make_visit(const Operation& operation, net::Request request, net::Responder respond) const;
    void enter(const VisitPtr& visit);
    void open_sockets(net::Router& router);
    void identified(const VisitPtr& visit, auth::Authenticator::Answer who);
    bool admit(const VisitPtr& visit);
    std::optional<net::Response> read(Visit& visit) const;
    void receive(const VisitPtr& visit);
    void edit(const VisitPtr& visit);
    void shown(const VisitPtr& visit, const net::Response& now);
    void begin(const VisitPtr& visit);
    void begun(const VisitPtr& visit, const db::ChangeBegun& begun);
    static std::string attempt_key(const Visit& visit);
    void run(const VisitPtr& visit);
    void finish(const VisitPtr& visit, net::Response response);
    void complete_later(std::shared_ptr<const db::ChangeEnd> end, std::string running);
    void leave(const VisitPtr& visit, net::Response response);
    net::Responder responder(std::function<void(net::Response)> take);

    void sweep();

    Parts parts_;
    std::map<std::string, CallHandler, std::less<>> handlers_;
    std::map<std::string, FileHandler, std::less<>> files_;
    std::map<std::string, SocketHandler, std::less<>> sockets_;
    RateLimits rates_;
    std::set<std::string> running_;                             // idempotency keys whose first request is under way
    std::map<std::string, std::string, std::less<>> attempts_;  // of keys whose first request was not begun
    std::size_t unwritten_ = 0;                                 // ends of changes that the database does not know yet
    std::map<std::string, std::deque<std::function<void()>>> edited_;  // paths, and who waits for each
};

}  // namespace parley::api
