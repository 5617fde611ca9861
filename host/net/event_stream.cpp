#include "net/event_stream.hpp"

namespace parley::net {

namespace {

void append_line(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    for (char c : value) {
        if (c != '\r' && c != '\n' && c != '\0') out += c;
    }
    out += '\n';
}

}  // namespace

Response event_stream(EventStreamLimits limits, EventStreamOpened opened) {
    Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Accel-Buffering", "no");  // nginx: pass it on as it comes
    response.events = std::make_shared<const EventSource>(EventSource{limits, std::move(opened)});
    return response;
}

std::string encode_event(const ServerSentEvent& event) {
    std::string out;
    out.reserve(event.data.size() + event.id.size() + event.event.size() + 32);
    if (event.retry_ms > 0) append_line(out, "retry", std::to_string(event.retry_ms));
    if (!event.id.empty()) append_line(out, "id", event.id);
    if (!event.event.empty()) append_line(out, "event", event.event);
    std::string_view rest = event.data;
    for (;;) {
        auto end = rest.find_first_of("\r\n");
        out.append("data: ").append(rest.substr(0, end)).append("\n");
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    return out += '\n';
}

}  // namespace parley::net
