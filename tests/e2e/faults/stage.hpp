// A host with an account of each provider; behind each a strict mock, and before that a proxy that makes trouble.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "support/api.hpp"
#include "support/fault_proxy.hpp"
#include "support/host.hpp"
#include "support/prism.hpp"
#include "support/twilio.hpp"

namespace parley::e2e::faults {

// What the first request about a person meets at each of the provider's addresses; later ones pass.
enum class Trouble { none, late, reset, throttled, broken, page, timeout };
inline constexpr std::size_t troubles = 7;
const char* name_of(Trouble trouble);

// People are known by their numbers, wherever these stand in a request. Each is written to once.
std::string person(int number);
std::string person_in(const Passage& request);  // empty: it is about nobody
Trouble trouble_of(const std::string& person);

// Does it send a message, as opposed to a file, a question, or a sign that somebody is typing?
bool is_send(const Passage& request);

struct Line {
    Line(std::string channel, const std::string& description);

    const std::string channel, account;
    const std::string earlier;  // a message that can be quoted
    test::Prism prism;

private:
    Fate decide(const Passage& request);
    Fate usual(const Passage& request) const;

    const std::string words_of_429_, words_of_500_;  // as the provider puts it
    std::mutex mutex_;
    std::set<std::string> met_;  // the troubles that were had

public:
    FaultProxy proxy;  // last: its threads use the others
};

// Of the providers' interfaces, in the order of the lines.
std::vector<std::string> descriptions();

struct Stage {
    Stage();

    Api api() const { return Api(host.port(), "s3cret"); }
    // Everybody has written by every account: free text may go to them.
    void hear_from(std::size_t people) const;
    // Meta tells of what it took without getting an answer through.
    void report_timeouts() const;
    // Typing, being there, and having read, where a provider shows it; until that was accepted.
    void show_presence() const;

    std::vector<std::unique_ptr<Line>> lines;  // cloud, twilio, gateway
    Host host;

private:
    void post_meta(const std::string& value) const;
};

}  // namespace parley::e2e::faults
