// From a webhook to committed messages: the one way in for every channel. Answers only after the commit: 200 when every
// message of the body is in the database (or was before), 503 when the database is away or lags. A body that cannot be
// understood is kept raw among the dead letters and answered 200, so that its sender does not bring it again for ever.
// On the I/O thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "channels/channel.hpp"
#include "contacts/book.hpp"
#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "db/store/journal.hpp"
#include "net/http.hpp"
#include "pipeline/dispatcher.hpp"

namespace parley::pipeline {

class Intake {
public:
    Intake(Executor& executor, db::Journal& journal, Dispatcher& dispatcher, IdGenerator& ids, Metrics& metrics,
           Logger log);

    // What came of a webhook.
    enum class Outcome {
        stored,        // everything in it is committed
        buried,        // it could not be understood and is kept raw
        unauthorized,  // its signature or token is missing or wrong
        unavailable,   // nothing was promised: come again
    };
    using Done = UniqueFunction<void(Outcome, std::string why)>;

    // A request to a channel's webhook route.
    void webhook(channels::Channel& channel, AccountId account, net::Request request, Done done);

    // Messages that need no verifying: the terminal's, or those of a body that was decoded already.
    void accept(std::string_view channel, channels::Decoded decoded, Done done);

    // Where senders of admitted messages are written down. It outlives the intake; none: nowhere.
    void keep_contacts(contacts::Book& book) { contacts_ = &book; }

    // The name of an account's channel, for messages that are read back from the table.
    void name_account(AccountId account, std::string_view channel) { channel_names_[account] = channel; }
    std::string_view channel_name(AccountId account) const;

    // Looks at what came in before it is stored; may change it. Each call of `part` opens something more to be written
    // before the webhook is answered: what it returns is to be called when that is done.
    using Part = std::function<UniqueFunction<void(Result<void>)>()>;
    std::function<void(Inbound&, const Part& part)> on_message;
    std::function<void(const StatusUpdate&, const Part& part)> on_report;
    std::function<void(const AccountEvent&, const Part& part)> on_account_event;

    // Something was sent with an account's own number.
    std::function<void(channels::Echo)> on_echo;

    // A delivery report of this account named this message of ours and is committed: it is sent, if anybody still
    // doubts it and it is the account's own.
    std::function<void(AccountId, MessageId)> on_settled;

    // A report is committed: the provider did not deliver what it took, for a reason that passes.
    std::function<void(const StatusUpdate&)> on_passing_failure;

    // A report is committed that made a message of ours a failed one, and is an alarm. Told once for each message.
    std::function<void(const StatusUpdate&)> on_alarm;

    // A message is committed; a report is, whatever it named.
    std::function<void(MessageId)> on_admitted;
    std::function<void(const StatusUpdate&)> on_status;

    // A message with a file is committed; its file is not here yet.
    std::function<void(const Inbound&)> on_file;

private:
    struct Batch;
    void bury(AccountId account, const Error& why, std::string raw, Done done);
    void admit(std::shared_ptr<Batch> batch, Inbound message);
    void report(const std::shared_ptr<Batch>& batch, StatusUpdate status);
    void report_again(const std::shared_ptr<StatusUpdate>& status);
    void look_for_alarm(const StatusUpdate& status, db::Reported reported);
    // The completion of one of a batch's parts.
    UniqueFunction<void(Result<void>)> part_of(const std::shared_ptr<Batch>& batch);
    void finish_one(const std::shared_ptr<Batch>& batch, const std::optional<Error>& error);

    Executor& executor_;
    db::Journal& journal_;
    Dispatcher& dispatcher_;
    IdGenerator& ids_;
    Logger log_;
    contacts::Book* contacts_ = nullptr;
    std::size_t reports_to_repeat_ = 0;
    std::map<AccountId, std::string_view> channel_names_;
    Metrics::Counter received_, duplicates_, buried_, refused_, unauthorized_;
};

}  // namespace parley::pipeline
