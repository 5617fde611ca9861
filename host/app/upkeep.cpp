#include "app/upkeep.hpp"

#include <memory>

#include "db/migrate.hpp"

namespace parley::app {

void Upkeep::run() {
    const auto gone = std::make_shared<std::size_t>(0);
    pool_.run_async(
        loop_,
        [gone](pqxx::work& tx) {
            db::ensure_partitions(tx);
            *gone = db::forget_old_reports(tx);
        },
        [this, gone](Result<void> done) {
            if (!done) log_.error("maintenance.failed", {{"why", done.error().message}});
            const bool more = done && *gone > 0;
            loop_.after(more ? std::chrono::seconds(10) : std::chrono::seconds(3600), [this] { run(); });
        },
        db::Rerun::safe);
}

}  // namespace parley::app
