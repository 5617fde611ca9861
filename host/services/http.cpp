#include "parley/abi/services/http.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>

#include "plugins/handler_pool.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

constexpr std::uint32_t default_timeout_ms = 30'000;
constexpr std::uint32_t default_bytes = 16u << 20, most_bytes = 64u << 20;

// Shared by the waiting handler and the I/O thread, so that either may be the last to leave.
struct Exchange {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<net::ClientResult> result;
};

std::optional<net::ClientResult> perform(parley_call* call, net::ClientRequest request) {
    auto exchange = std::make_shared<Exchange>();
    // The client keeps its own deadline; a little more here, so that its answer tells why.
    const auto patience = std::chrono::milliseconds(request.timeout_ms + 1'000);
    auto& with = call->services.with();
    with.executor.post([exchange, &client = with.client, request = std::move(request)]() mutable {
        client.send(std::move(request), [exchange](net::ClientResult result) {
            std::lock_guard lock(exchange->mutex);
            exchange->result.emplace(std::move(result));
            exchange->arrived.notify_one();
        });
    });
    plugins::HandlerPool::BlockingSection waiting;
    std::unique_lock lock(exchange->mutex);
    exchange->arrived.wait_for(lock, patience, [&] { return exchange->result.has_value(); });
    return std::move(exchange->result);
}

net::ClientRequest to_request(const parley_http_request& given, std::chrono::milliseconds left) {
    net::ClientRequest request;
    request.method = std::string(view(given.method));
    request.url = std::string(view(given.url));
    for (std::size_t i = 0; i < given.header_count; ++i)
        request.headers.set(std::string(view(given.headers[i].name)), std::string(view(given.headers[i].value)));
    request.body = std::string(view(given.body));
    request.reach = net::Reach::public_only;
    const auto wanted = given.timeout_ms == 0 ? default_timeout_ms : given.timeout_ms;
    request.timeout_ms = static_cast<int>(std::min<std::int64_t>(wanted, std::max<std::int64_t>(left.count(), 1)));
    request.max_response = given.max_bytes == 0 ? default_bytes : std::min(given.max_bytes, most_bytes);
    request.redirects = std::min(given.redirects, 3u);
    return request;
}

void deliver(const net::ClientResponse& response, void* user, void (*done)(void*, const parley_http_response*)) {
    std::vector<parley_http_header> headers;
    for (const auto& [name, value] : response.headers.all()) headers.push_back({borrow(name), borrow(value)});
    parley_http_response out{};
    out.size = sizeof out;
    out.status = static_cast<std::uint32_t>(response.status);
    out.headers = headers.data();
    out.header_count = headers.size();
    out.body = borrow(response.body);
    done(user, &out);
}

parley_status request(parley_call* call, const parley_http_request* given, void* user,
                      void (*done)(void*, const parley_http_response*)) {
    return guarded(call, [&]() -> parley_status {
        if (!given || !done) return call->fail(PARLEY_INVALID, "no request given");
        parley_http_request copy{};
        std::memcpy(&copy, given, std::min<std::size_t>(given->size, sizeof copy));
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::min(call->state.patience(), std::chrono::steady_clock::now() + std::chrono::minutes(5)) -
            std::chrono::steady_clock::now());
        net::ClientRequest wanted;
        try {
            wanted = to_request(copy, left);
        } catch (const std::invalid_argument& bad) {
            return call->fail(PARLEY_INVALID, bad.what());
        }
        auto result = perform(call, std::move(wanted));
        if (!result) return call->fail(PARLEY_TIMEOUT, "no answer within the time allowed");
        if (!*result) return call->fail(to_status(result->error().error.code), result->error().error.message);
        deliver(**result, user, done);
        return PARLEY_OK;
    });
}

constexpr parley_http table{sizeof(parley_http), request};

}  // namespace

const void* const http_table = &table;

}  // namespace parley::services
