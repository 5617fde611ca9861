#include "net/resolver.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

namespace parley::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {
constexpr auto keep_answer = 10s;
constexpr std::size_t most_answers = 4096;
constexpr std::size_t threads = 4;

// [lookup thread] Blocks in getaddrinfo().
std::shared_ptr<const Resolved> look_up(asio::thread_pool& pool, const std::string& host) {
    auto out = std::make_shared<Resolved>();
    tcp::resolver resolver(pool);
    auto found = resolver.resolve(host, "", tcp::resolver::flags(), out->error);
    for (const auto& entry : found) {
        auto address = entry.endpoint().address();
        if (std::find(out->addresses.begin(), out->addresses.end(), address) == out->addresses.end()) {
            out->addresses.push_back(address);
        }
    }
    if (!out->error && out->addresses.empty()) out->error = asio::error::host_not_found;
    return out;
}
}  // namespace

struct Resolver::State {
    struct Name {
        std::shared_ptr<const Resolved> answer;  // null while it is being looked up
        SteadyTime until;
        std::vector<Done> waiting;
    };
    std::unordered_map<std::string, Name> names;

    void forget_old(SteadyTime now) {
        if (names.size() < most_answers) return;
        std::erase_if(names, [&](const auto& entry) { return entry.second.answer && entry.second.until <= now; });
        if (names.size() < most_answers) return;
        std::erase_if(names, [](const auto& entry) { return entry.second.answer != nullptr; });
    }

    void answered(const std::string& host, std::shared_ptr<const Resolved> answer) {
        auto& name = names[host];
        auto waiting = std::move(name.waiting);
        name.waiting.clear();
        name.answer = answer;
        // A failure is asked again with the next request.
        name.until = std::chrono::steady_clock::now() + (answer->error ? 0s : keep_answer);
        for (auto& done : waiting) done(answer);
    }
};

Resolver::Resolver(Executor& loop) : state_(std::make_shared<State>()), loop_(loop), threads_(threads) {}

Resolver::~Resolver() {
    threads_.stop();
    threads_.join();
}

void Resolver::resolve(const std::string& host, Done done) {
    auto now = std::chrono::steady_clock::now();
    auto known = state_->names.find(host);
    if (known != state_->names.end() && known->second.answer && known->second.until > now) {
        auto answer = known->second.answer;
        return done(std::move(answer));
    }
    state_->forget_old(now);
    auto& name = state_->names[host];
    bool under_way = !name.waiting.empty();
    name.answer = nullptr;
    name.waiting.push_back(std::move(done));
    if (under_way) return;
    asio::post(threads_, [this, host, state = std::weak_ptr(state_)] {
        auto answer = look_up(threads_, host);
        loop_.post([host, answer, state] {
            if (auto alive = state.lock()) alive->answered(host, answer);
        });
    });
}

}  // namespace parley::net
