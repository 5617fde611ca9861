#include "app/mailings.hpp"

#include "campaigns/template_status.hpp"

namespace parley::app {

Mailings::Mailings(Parts parts)
    : parts_(std::move(parts)),
      feeder_(parts_.executor, parts_.pool, parts_.sender, parts_.ids),
      requests_(
          parts_.executor, parts_.pool, feeder_,
          [this](const std::string& name) -> Result<outbound::Exit> {
              const auto entry = parts_.accounts.sending_account(name);
              if (!entry) return entry.error();
              return outbound::Exit{(*entry)->account.id, (*entry)->account.channel,
                                    (*entry)->channel().capabilities()};
          },
          parts_.log),
      resender_(parts_.executor, parts_.pool, parts_.sender, parts_.log),
      runner_(parts_.executor, parts_.pool, feeder_, parts_.log),
      opt_outs_(feeder_, parts_.settings, parts_.log) {}

void Mailings::start() {
    parts_.intake.on_message = [this](Inbound& message, const auto& part) { opt_outs_.look(message, part); };
    parts_.intake.on_report = [this](const StatusUpdate& update, const auto& part) { opt_outs_.look(update, part); };
    parts_.intake.on_account_event = [this](const AccountEvent& event, const auto& part) {
        if (campaigns::is_about_template(event)) campaigns::note_template(parts_.executor, parts_.pool, event, part());
    };
    parts_.intake.on_passing_failure = [this](const StatusUpdate& update) { resender_.failed(update); };
    parts_.intake.on_alarm = [this](const StatusUpdate& update) { runner_.alarm(update.account, update.reason); };
    parts_.sender.set_on_failure([this](const Outbound& message, const channels::SendError& error) {
        if (error.alarm) runner_.alarm(message.account, error.reason);
        if (error.opted_out) opt_outs_.refused(message);
    });
    requests_.start();
    runner_.start();
    listener_ = std::make_unique<db::Listener>(
        parts_.database, "parley_send_requests", parts_.executor, [this] { requests_.look(); }, parts_.log);
}

void Mailings::stop() {
    requests_.stop();
    resender_.stop();
    runner_.stop();
}

}  // namespace parley::app
