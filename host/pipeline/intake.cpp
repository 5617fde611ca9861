#include "pipeline/intake.hpp"

#include "core/failpoint.hpp"

namespace parley::pipeline {
namespace {

constexpr std::chrono::seconds repeat_report_after{3};
constexpr std::size_t most_reports_to_repeat = 20'000;

}  // namespace

// The messages of one body, answered together.
struct Intake::Batch {
    std::size_t open = 1;  // one for the loop that hands them in
    bool failed = false;
    std::string why;
    Done done;
};

Intake::Intake(Executor& executor, db::Journal& journal, Dispatcher& dispatcher, IdGenerator& ids, Metrics& metrics,
               Logger log)
    : executor_(executor),
      journal_(journal),
      dispatcher_(dispatcher),
      ids_(ids),
      log_(std::move(log)),
      received_(metrics.counter("parley_messages_received_total", "Inbound messages and events committed")),
      duplicates_(metrics.counter("parley_messages_duplicate_total", "Inbound messages that were there already")),
      buried_(metrics.counter("parley_webhooks_buried_total", "Webhooks that could not be understood")),
      refused_(metrics.counter("parley_webhooks_refused_total", "Webhooks answered 503")),
      unauthorized_(
          metrics.counter("parley_webhooks_unauthorized_total", "Webhooks with a missing or wrong signature")) {}

std::string_view Intake::channel_name(AccountId account) const {
    const auto found = channel_names_.find(account);
    return found == channel_names_.end() ? std::string_view("unknown") : found->second;
}

void Intake::webhook(channels::Channel& channel, AccountId account, net::Request request, Done done) {
    if (auto verified = channel.verify(request); !verified) {
        unauthorized_.add();
        log_.warn("webhook.unauthorized",
                  {{"channel", channel.name()}, {"remote", request.remote}, {"why", verified.error().message}});
        done(Outcome::unauthorized, verified.error().message);
        return;
    }
    auto decoded = channel.decode(request);
    if (!decoded) {
        bury(account, decoded.error(), std::move(request.body), std::move(done));
        return;
    }
    for (auto& part : decoded->unclaimed) part.account = account;
    accept(channel.name(), std::move(*decoded), std::move(done));
}

void Intake::accept(std::string_view channel, channels::Decoded decoded, Done done) {
    auto batch = std::make_shared<Batch>();
    batch->done = std::move(done);
    for (auto& message : decoded.messages) {
        message.channel = channel;
        admit(batch, std::move(message));
    }
    for (auto& status : decoded.statuses) report(batch, std::move(status));
    for (auto& event : decoded.events) {
        ++batch->open;
        if (event.timestamp == 0) event.timestamp = unix_now();
        if (on_account_event) on_account_event(event, [&] { return ++batch->open, part_of(batch); });
        journal_.account_event(ids_.next(), std::move(event), part_of(batch));
    }
    if (on_echo)
        for (auto& echo : decoded.echoes) on_echo(std::move(echo));
    for (auto& part : decoded.unclaimed) {
        ++batch->open;
        buried_.add();
        log_.error("webhook.unclaimed", {{"channel", channel}, {"why", part.reason}});
        journal_.bury(ids_.next(), part.account, std::move(part.reason), std::move(part.raw), make_trace(),
                      part_of(batch));
    }
    finish_one(batch, std::nullopt);
}

void Intake::admit(std::shared_ptr<Batch> batch, Inbound message) {
    message.id = ids_.next();
    if (message.trace.empty()) message.trace = make_trace();
    if (message.timestamp == 0) message.timestamp = unix_now();
    if (on_message) on_message(message, [&] { return ++batch->open, part_of(batch); });
    const MessageId id = message.id;
    const bool handled = is_handled(message.kind);
    if (handled) dispatcher_.reserve(message);
    ++batch->open;
    failpoint("before-commit-in");
    std::shared_ptr<const Inbound> with_file;  // a copy only of those that have one
    const bool to_fetch = message.media && message.media->stored.empty();
    if (on_file && to_fetch && message.kind == EventKind::message) with_file = std::make_shared<Inbound>(message);
    auto sighting = contacts_ ? contacts_->unknown(message) : std::nullopt;
    auto done = [this, batch = std::move(batch), id, handled, with_file = std::move(with_file),
                 account = message.account, trace = message.trace, sender = message.sender, text = message.text,
                 sighting = std::move(sighting)](Result<db::Admission> how) mutable {
        failpoint("after-commit-in");
        const bool fresh = how && *how == db::Admission::accepted;
        if (with_file && fresh) on_file(*with_file);
        if (fresh && on_admitted) on_admitted(id);
        if (handled && fresh) dispatcher_.committed(id);
        if (handled && !fresh) dispatcher_.aborted(id);
        if (fresh && sighting) contacts_->add(std::move(*sighting));
        if (how) (fresh ? received_ : duplicates_).add();
        if (log_.enabled(LogLevel::debug))
            log_.debug("message.received",
                       {{"trace", trace}, {"message", id}, {"sender", mask_phone(sender)}, {"fresh", fresh}});
        if (how || how.error().code != Errc::invalid) {
            finish_one(batch, how ? std::nullopt : std::optional(how.error()));
            return;
        }
        // This row can never be stored; what it said is kept among the dead letters before anybody is told it was
        // taken.
        log_.error("message.unstorable", {{"trace", trace}, {"why", how.error().message}});
        journal_.bury(id, account, how.error().message, text, trace, part_of(batch));
    };
    journal_.admit(std::move(message), std::move(done));
}

void Intake::report(const std::shared_ptr<Batch>& batch, StatusUpdate status) {
    if (on_report) on_report(status, [&] { return ++batch->open, part_of(batch); });
    ++batch->open;
    // Moved into the journal, and wanted once more if it has to be told again.
    auto again = std::make_shared<StatusUpdate>(status);
    const MessageId settles = status.provider_ids.empty() ? 0 : status.message;
    const AccountId account = status.account;
    journal_.report(std::move(status),
                    [this, again, settles, account, done = part_of(batch)](Result<db::Reported> reported) mutable {
                        const bool current = reported && *reported != db::Reported::stale;
                        if (current && settles != 0 && on_settled) on_settled(account, settles);
                        if (current && again->passing && on_passing_failure) on_passing_failure(*again);
                        if (reported) look_for_alarm(*again, *reported);
                        if (reported && on_status) on_status(*again);
                        if (reported && *reported == db::Reported::unmatched) report_again(again);
                        done(reported ? Result<void>() : Result<void>(reported.error()));
                    });
}

// The recording of the sending may have been on its way at the same moment; then neither saw the other.
void Intake::report_again(const std::shared_ptr<StatusUpdate>& status) {
    if (reports_to_repeat_ >= most_reports_to_repeat) return;
    ++reports_to_repeat_;
    executor_.after(repeat_report_after, [this, status] {
        --reports_to_repeat_;
        journal_.report(StatusUpdate(*status), [this, status](const Result<db::Reported>& reported) {
            if (reported) return look_for_alarm(*status, *reported);
            log_.warn("report.not_repeated", {{"why", reported.error().message}});
        });
    });
}

// What changes no message was told before, or is about none of ours.
void Intake::look_for_alarm(const StatusUpdate& status, db::Reported reported) {
    if (status.alarm && reported == db::Reported::matched && on_alarm) on_alarm(status);
}

UniqueFunction<void(Result<void>)> Intake::part_of(const std::shared_ptr<Batch>& batch) {
    return [this, batch](const Result<void>& written) {
        finish_one(batch, written ? std::nullopt : std::optional(written.error()));
    };
}

void Intake::finish_one(const std::shared_ptr<Batch>& batch, const std::optional<Error>& error) {
    // A delivery report that is invalid now is so the next time as well; only what may work later is asked for again.
    if (error && error->code == Errc::invalid) {
        log_.error("report.unstorable", {{"why", error->message}});
    } else if (error) {
        batch->failed = true;
        batch->why = error->message;
    }
    if (--batch->open > 0) return;
    if (batch->failed) refused_.add();
    batch->done(batch->failed ? Outcome::unavailable : Outcome::stored, batch->why);
}

void Intake::bury(AccountId account, const Error& why, std::string raw, Done done) {
    buried_.add();
    const std::string trace = make_trace();
    log_.error("webhook.buried", {{"trace", trace}, {"why", why.message}, {"bytes", raw.size()}});
    journal_.bury(ids_.next(), account, why.message, std::move(raw), trace,
                  [done = std::move(done), reason = why.message](Result<void> written) mutable {
                      if (written) {
                          done(Outcome::buried, reason);
                      } else {
                          done(Outcome::unavailable, written.error().message);
                      }
                  });
}

}  // namespace parley::pipeline
