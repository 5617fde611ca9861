#include "plugins/registry.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <unordered_map>

namespace parley::plugins {
namespace {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

using GenerationsByName = std::unordered_map<std::string, Generation*, TextHash, std::equal_to<>>;

Lease lease_of(const GenerationsByName& map, std::string_view name) {
    const auto found = map.find(name);
    if (found == map.end() || found->second->quarantined()) return {};
    found->second->enter();
    return Lease(found->second);
}

}  // namespace

struct Registry::Table {
    GenerationsByName by_command, by_id;
    std::vector<Generation*> preprocessors;
};

// While it lives, the table it shows and the generations in it are not taken away.
class Registry::Reader {
public:
    explicit Reader(const Registry& registry)
        : stripe_(stripe_of_this_thread()),
          count_(registry.readers_[registry.epoch_.load(std::memory_order_relaxed) & 1]) {
        count_.add(stripe_);
        table_ = registry.table_.load(std::memory_order_seq_cst);
    }
    ~Reader() { count_.remove(stripe_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    const Table& table() const { return *table_; }

private:
    unsigned stripe_;
    StripedCount& count_;
    const Table* table_;
};

Registry::Registry() : table_(new Table) {}
Registry::~Registry() {
    delete table_.load();
}

void Registry::publish(const std::vector<Generation*>& serving) {
    auto table = std::make_unique<Table>();
    for (auto* generation : serving) {
        table->by_id.emplace(generation->id(), generation);
        for (const auto& command : generation->commands()) table->by_command.emplace(command.name, generation);
        if (generation->hooks().preprocess) table->preprocessors.push_back(generation);
    }
    std::sort(table->preprocessors.begin(), table->preprocessors.end(),
              [](const Generation* a, const Generation* b) { return a->id() < b->id(); });
    const std::unique_ptr<const Table> old(table_.exchange(table.release(), std::memory_order_seq_cst));
    wait_for_readers();
}

// A reader that saw the old table counted itself in before it read the pointer, in one of the two epochs: when each has
// been seen at zero once, it is gone. New readers go to the other epoch meanwhile, so this ends.
void Registry::wait_for_readers() {
    for (int flip = 0; flip < 2; ++flip) {
        const unsigned leaving = epoch_.fetch_xor(1, std::memory_order_seq_cst) & 1;
        for (int round = 0; readers_[leaving].sum() != 0; ++round) {
            if (round < 64)
                std::this_thread::yield();
            else
                std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
    }
}

Lease Registry::find_command(std::string_view command) const {
    const Reader reader(*this);
    return lease_of(reader.table().by_command, command);
}

Lease Registry::find_plugin(std::string_view id) const {
    const Reader reader(*this);
    return lease_of(reader.table().by_id, id);
}

Lease Registry::next_preprocessor(std::string_view id) const {
    const Reader reader(*this);
    const auto& all = reader.table().preprocessors;
    auto next = std::upper_bound(all.begin(), all.end(), id,
                                 [](std::string_view left, const Generation* right) { return left < right->id(); });
    next = std::find_if(next, all.end(), [](const Generation* generation) { return !generation->quarantined(); });
    if (next == all.end()) return {};
    (*next)->enter();
    return Lease(*next);
}

}  // namespace parley::plugins
