// A WhatsApp gateway that delivers nothing and is strict: what the real one would refuse, it refuses and remembers.
// Runs a server on a thread of its own; everything here may be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace parley::e2e {

// One request to send, as it came.
struct Call {
    std::string path;  // "/send/message"
    std::map<std::string, std::string> fields;
    std::string file_name, file_mime, file_bytes;  // of an upload
    bool refused = false;                          // by a scripted fault or because it was wrong
    std::chrono::steady_clock::time_point at;

    std::string to() const { return field("phone"); }
    // What the person reads.
    std::string text() const { return field(path == "/send/message" ? "message" : "caption"); }
    std::string field(const std::string& name) const {
        const auto found = fields.find(name);
        return found == fields.end() ? "" : found->second;
    }
};

// What happens to a request instead of being answered with success.
struct Fault {
    enum class Kind {
        answer,  // `status` and `body`
        slow,    // success after `delay`
        cut,     // taken, but every connection is reset before the answer
    };
    Kind kind = Kind::answer;
    int status = 500;
    std::string body = R"({"code":"INTERNAL_SERVER_ERROR","message":"try again"})";
    std::string retry_after{};
    std::chrono::milliseconds delay{0};
};

class FakeGateway {
public:
    FakeGateway();  // throws std::runtime_error when it cannot listen
    ~FakeGateway();

    std::uint16_t port() const;
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

    // Every request to send with this text meets these faults, in order, then success.
    void script(const std::string& text, std::vector<Fault> faults);
    // Every answer comes so late.
    void set_delay(std::chrono::milliseconds delay);
    // GET /statics/media/<name>
    void serve_file(const std::string& name, const std::string& bytes);

    // Not listening, every connection cut; and back on the same port.
    void go_down();
    void come_up();

    // All so far, in order of arrival, also the refused ones.
    std::vector<Call> calls() const;
    std::vector<Call> calls_to(const std::string& chat) const;
    std::size_t count() const;
    // The requests that no real gateway would have taken.
    std::vector<std::string> violations() const;
    bool wait_for(const std::function<bool(const std::vector<Call>&)>& condition,
                  std::chrono::milliseconds limit = std::chrono::seconds(30)) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::e2e
