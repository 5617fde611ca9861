// The one statement that writes all plain operations of a batch: admissions, settlements without storage, sendings. One
// round trip, one commit. Internal to the journal.
#pragma once

#include <limits>
#include <pqxx/pqxx>
#include <string>
#include <unordered_set>

#include "core/effects.hpp"
#include "core/message.hpp"
#include "db/store/array_literal.hpp"

namespace parley::db {

class PlainBatch {
public:
    // Prepares the statement on a new connection.
    static void prepare(pqxx::connection_base& connection);

    void admit(const Inbound& message);
    // `gated`: its replies are inserted only if the inbox row is still there, which says it was not settled before.
    void settle(MessageId inbound, const Effects& effects);
    void enqueue(const Outbound& message, MessageId gate = 0);
    void sent(MessageId outbound, const std::string& provider_id);

    bool empty() const { return count_ == 0; }

    struct Outcome {
        std::unordered_set<MessageId> admitted;  // the others were duplicates
        std::unordered_set<MessageId> settled;   // the others had been settled before
    };
    Outcome run(pqxx::transaction_base& tx) const;

private:
    std::size_t count_ = 0;
    UnixMillis oldest_ = std::numeric_limits<UnixMillis>::max();  // by its sender's clock, of the admissions
    ArrayLiteral in_id_, in_account_, in_kind_, in_chat_, in_sender_, in_name_, in_group_, in_provider_, in_refers_,
        in_body_, in_media_, in_payload_, in_trace_, in_time_, in_type_;
    ArrayLiteral settled_;
    ArrayLiteral out_id_, out_account_, out_chat_, out_kind_, out_body_, out_link_, out_reply_, out_media_, out_flags_,
        out_cause_, out_gate_, out_trace_, out_payload_;
    ArrayLiteral sent_id_, sent_provider_;
    ArrayLiteral user_account_, user_id_, user_group_, user_name_;
};

}  // namespace parley::db
