#include "app/people.hpp"

namespace parley::app {
namespace {

constexpr UnixMillis link_holds_ms = 12 * 3600 * 1000;

}  // namespace

People::People(Parts parts)
    : parts_(std::move(parts)),
      link_([this](const std::string& stored) {
          return "/media/" + parts_.files.links().make(stored, unix_now() + link_holds_ms);
      }),
      passwords_(parts_.loop),
      authenticator_(parts_.loop, parts_.pool, parts_.config.api.token, parts_.log),
      people_({parts_.loop, parts_.pool, passwords_, authenticator_, parts_.log}),
      rooms_({parts_.loop, parts_.pool, hub_, parts_.accounts.ids().web, link_,
              [this](channels::Decoded decoded, UniqueFunction<void(bool)> done) {
                  offer(std::move(decoded), std::move(done));
              },
              parts_.log}),
      door_({parts_.loop, hub_, rooms_, authenticator_, link_}) {}

void People::start() {
    parts_.accounts.web().connect(rooms_);
    authenticator_.start();
    listener_ = std::make_unique<db::Listener>(
        parts_.database, "parley_auth", parts_.loop, [this] { authenticator_.look_again(); }, parts_.log);
}

void People::offer(channels::Decoded decoded, UniqueFunction<void(bool)> done) {
    parts_.intake.accept("web", std::move(decoded),
                         [done = std::move(done)](pipeline::Intake::Outcome outcome, const std::string&) mutable {
                             done(outcome == pipeline::Intake::Outcome::stored);
                         });
}

}  // namespace parley::app
