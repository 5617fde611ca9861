#include "app/refresh_settings.hpp"

#include "db/store/repositories.hpp"

namespace parley::app {

void refresh_settings(db::Pool& pool, Executor& executor, config::Settings& settings, UniqueFunction<void()> done) {
    const auto stored = std::make_shared<std::map<std::string, std::string>>();
    pool.run_async(
        executor, [stored](pqxx::work& tx) { *stored = db::read_settings(tx); },
        [&pool, &executor, &settings, stored, read_at = settings.revision(),
         done = std::move(done)](const Result<void>& read) mutable {
            // Somebody's newer value was applied while this was on its way.
            if (read && !settings.refresh(*stored, read_at))
                return refresh_settings(pool, executor, settings, std::move(done));
            done();
        },
        db::Rerun::safe);
}

}  // namespace parley::app
