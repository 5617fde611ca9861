// What waits to be written by the journal: one value an operation, with its completion. Internal to the journal.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "core/effects.hpp"
#include "core/error.hpp"
#include "core/message.hpp"
#include "core/unique_function.hpp"
#include "db/store/journal.hpp"

namespace parley::db {

struct AdmitOp {
    Inbound message;
    UniqueFunction<void(Result<Admission>)> done;
};

struct SettleOp {
    MessageId inbound;
    std::shared_ptr<const Effects> effects;
    UniqueFunction<void(Result<Settlement>)> done;
};

struct EnqueueOp {
    std::vector<Outbound> messages;
    UniqueFunction<void(Result<void>)> done;
};

struct SentOp {
    MessageId outbound;
    std::string provider_id;
    UniqueFunction<void(Result<void>)> done;
};

struct FailedOp {
    MessageId outbound;
    std::string reason;
    UniqueFunction<void(Result<void>)> done;
};

struct ReportOp {
    StatusUpdate update;
    UniqueFunction<void(Result<Reported>)> done;
};

struct AccountEventOp {
    MessageId id;
    AccountEvent event;
    UniqueFunction<void(Result<void>)> done;
};

struct BuryOp {
    MessageId id;
    AccountId account;
    std::string reason;
    std::string raw;
    std::string trace;
    UniqueFunction<void(Result<void>)> done;
};

struct TimerOp {
    Inbound timer;
    UnixMillis due;
    UniqueFunction<void(Result<void>)> done;
};

using Operation =
    std::variant<AdmitOp, SettleOp, EnqueueOp, SentOp, FailedOp, ReportOp, AccountEventOp, BuryOp, TimerOp>;

// Plain operations of a batch share one statement, its reports another; the rest run one by one in the same
// transaction.
inline bool is_plain(const Operation& operation) {
    if (const auto* settle = std::get_if<SettleOp>(&operation)) return settle->effects->plain();
    return std::holds_alternative<AdmitOp>(operation) || std::holds_alternative<EnqueueOp>(operation) ||
           std::holds_alternative<SentOp>(operation);
}

}  // namespace parley::db
