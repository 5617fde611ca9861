#include "guards/usage_book.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace parley::guards {
namespace {

constexpr std::size_t most_in_a_batch = 1000;
constexpr std::chrono::milliseconds pause_after_failure{500};

template <class Item>
std::vector<Item> take_first(std::vector<Item>& from) {
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(from.size(), most_in_a_batch));
    std::vector<Item> taken(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
    return taken;
}

}  // namespace

void UsageBook::reserve(db::GptReservation reservation, UniqueFunction<void(Result<void>)> done) {
    waiting_.push_back({std::move(reservation), std::move(done)});
    look();
}

void UsageBook::settle(db::GptCharge charge) {
    charges_.push_back(std::move(charge));
    look();
}

// What one turn of the loop brings goes together.
void UsageBook::look() {
    if (writing_) return;
    writing_ = true;
    executor_.post([this] { write(); });
}

void UsageBook::write() {
    auto batch = std::make_shared<Batch>();
    batch->charges = take_first(charges_);
    for (auto& one : take_first(waiting_)) {
        batch->reservations.push_back(std::move(one.reservation));
        batch->waiting.push_back(std::move(one.done));
    }
    if (batch->charges.empty() && batch->reservations.empty()) {
        writing_ = false;
        return;
    }
    pool_.run_async(
        executor_,
        [batch](pqxx::work& tx) {
            db::write_reservations(tx, batch->reservations);
            db::settle_reservations(tx, batch->charges);
        },
        [this, batch](const Result<void>& how) { written(*batch, how); }, db::Rerun::safe);
}

void UsageBook::written(Batch& batch, const Result<void>& how) {
    if (!how) {
        log_.error("gpt.usage_not_written", {{"why", how.error().message}});
        charges_.insert(charges_.begin(), std::make_move_iterator(batch.charges.begin()),
                        std::make_move_iterator(batch.charges.end()));
        // A commit whose answer was lost may have got through all the same.
        for (const auto& reservation : batch.reservations) {
            db::GptCharge nothing;
            nothing.id = reservation.id;
            nothing.counts = false;
            charges_.push_back(std::move(nothing));
        }
    }
    for (auto& done : batch.waiting) done(how);
    if (how)
        write();
    else
        executor_.after(pause_after_failure, [this] { write(); });
}

}  // namespace parley::guards
