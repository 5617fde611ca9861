#include "support/fault_proxy.hpp"

#include <limits>
#include <thread>

namespace parley::e2e {
namespace {

constexpr int longest_silence_ms = 60'000;

std::string response(int status, const std::string& body, const std::string& headers) {
    return "HTTP/1.1 " + std::to_string(status) + " Of The Proxy\r\nContent-Type: application/json\r\n" + headers +
           "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

Fate Fate::refused(int status, const std::string& body, const std::string& headers) {
    return {.forwarded = false, .reply = Reply::ours, .answer = response(status, body, headers)};
}

Fate Fate::instead(int status, const std::string& body) {
    return {.reply = Reply::ours, .answer = response(status, body, "")};
}

FaultProxy::FaultProxy(std::uint16_t server, Script script)
    : server_(server), script_(std::move(script)), listener_([this](test::RawSocket& client, int) { talk(client); }) {}

void FaultProxy::talk(test::RawSocket& client) {
    test::RawResponse said;  // its head is read like that of a response
    said.head = client.read_until("\r\n\r\n");
    const auto space = said.head.find(' '), next = said.head.find(' ', space + 1);
    if (next == std::string::npos) return;
    Passage request{said.head.substr(0, space), said.head.substr(space + 1, next - space - 1), "", 0};
    if (const std::string length = said.header("Content-Length"); !length.empty())
        request.body = client.read_bytes(std::stoul(length));

    const Fate fate = script_(request);
    std::this_thread::sleep_for(fate.latency);
    const std::string theirs = fate.forwarded ? forward(request, said.head) : "";
    switch (fate.reply) {
        case Fate::Reply::theirs:
            return client.send(theirs);
        case Fate::Reply::ours:
            return client.send(fate.answer);
        case Fate::Reply::reset:
            return client.reset();
        case Fate::Reply::silence:
            client.closed_within(longest_silence_ms);
    }
}

// Returns all that the server says, which ends with its connection.
std::string FaultProxy::forward(Passage& request, const std::string& head) {
    auto server = test::RawSocket::to_port(server_);
    const auto line = head.find("\r\n") + 2;
    server.send(head.substr(0, line) + "Connection: close\r\n" + head.substr(line) + request.body);
    std::string answer = server.read_bytes(std::numeric_limits<std::size_t>::max());
    if (answer.size() > 12) request.status = std::stoi(answer.substr(9, 3));
    const std::lock_guard lock(mutex_);
    given_.push_back(request);
    return answer;
}

std::vector<Passage> FaultProxy::given(bool accepted) const {
    std::vector<Passage> found;
    const std::lock_guard lock(mutex_);
    for (const auto& request : given_)
        if ((request.status >= 200 && request.status < 300) == accepted) found.push_back(request);
    return found;
}

}  // namespace parley::e2e
