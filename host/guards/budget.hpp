// Keeps the use of the language model within what people, chats and organisations may use a day. The most that a call
// can cost is reserved before it and committed to the database, the real cost is settled after it; a call that failed
// gives back what it did not use. So no limit is passed, however many calls are under way, and not by a crash either:
// what was reserved then counts as used.
//
// The limits hold for one host process: several on one database each keep their own counters until they start again.
//
// [I/O thread]
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "config/prices.hpp"
#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "guards/allowance.hpp"
#include "guards/calendar.hpp"
#include "guards/passing.hpp"
#include "guards/usage_book.hpp"

namespace parley::guards {

enum class Kind { chat, transcribe, speak, draw, embed };
const char* to_string(Kind kind);  // "chat", ...: as in gpt_usage.kind

class Budget final : public Passing {
public:
    struct Parts {
        gpt::Model& next;
        Executor& executor;
        db::Pool& pool;
        const config::Settings& settings;
        IdGenerator& ids;
        Metrics& metrics;
        Logger log;
        // The model that is asked when a request names none.
        std::function<std::string(Kind)> default_model;
        std::function<std::int32_t(AccountId)> organisation_of;
        int default_max_tokens = 2'000;  // of an answer, when a request does not say
        std::function<UnixMillis()> now = unix_now;
    };
    explicit Budget(Parts parts);

    // Charges what an earlier process left reserved, and reads what today has used. [not the I/O thread, blocks] Before
    // the first call. Throws ErrorException when the database is away.
    void load();

    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override;
    void transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) override;
    void speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) override;
    void draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) override;
    void embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) override;
    // Moderation is free of charge.

    const Allowance& allowance() const { return allowance_; }
    // Everything is written.
    bool idle() const { return book_.idle(); }

private:
    // What a call costs: at most before it, really after it.
    struct Cost {
        std::string model;
        std::int64_t input_tokens = 0, output_tokens = 0, amount = 0, micro_usd = 0;
        std::int64_t least_micro_usd = 0;  // by what the provider counts, when that is not what the price goes by
        bool nothing() const { return input_tokens == 0 && output_tokens == 0 && amount == 0; }
    };
    struct Permit {
        Kind kind;
        std::string day;
        Payer payer;
        Cost most;
        std::int64_t id = 0;
    };
    template <class Answer>
    struct Asked;

    // Reserves, asks the next model, and settles by what `used` makes of its answer.
    template <class Request, class Answer, class Used>
    void within(Kind kind, Request request, gpt::Done<Answer> done, void (gpt::Model::*ask)(Request, gpt::Done<Answer>),
                Cost most, Used used);
    template <class Answer>
    void answer_by(SteadyTime deadline, const std::shared_ptr<Asked<Answer>>& asked);
    void new_day();
    Payer payer_of(const gpt::Asker& asker) const;
    Cost priced(Kind kind, Cost cost);
    static Cost cost_of(const gpt::Usage& usage);
    static db::GptReservation row_of(const Permit& permit);
    std::string model_or_default(Kind kind, const std::string& named) const;
    void settle(const Permit& permit, Cost cost);
    void release(const Permit& permit);
    static Amount counted(const Permit& permit, const Cost& cost);
    // budget_words.cpp
    void warn(const Permit& permit, const Allowance::Warning& warning);
    gpt::ModelError refusal_of(const Payer& payer, Kind kind, const Allowance::Refusal& refusal);
    const config::PriceTable& prices();

    Parts parts_;
    UsageBook book_;
    Allowance allowance_;
    Day day_;
    std::string prices_text_, prices_url_;  // what prices_ was made of
    config::PriceTable prices_;
    Metrics::Counter input_tokens_, output_tokens_, usd_, warnings_, over_;
};

}  // namespace parley::guards
