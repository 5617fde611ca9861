#include "guards/budget.hpp"

#include <algorithm>
#include <utility>

#include "config/money.hpp"
#include "core/text.hpp"
#include "guards/bounds.hpp"
#include "guards/limits.hpp"

namespace parley::guards {
namespace {

constexpr int days_kept = 400;
constexpr std::size_t longest_model_name = 200;
constexpr std::int64_t most_of_a_call = 1'000'000'000;  // tokens, milliseconds, characters
constexpr double longest_recording = 86'400;            // seconds
// OpenAI's models count a token for 100 ms of sound and answer with 2,000 at most; twice as many for what is beside it.
constexpr std::int64_t most_tokens_of_a_second = 20, most_tokens_of_a_transcript = 2'000;

// What makes one kind of question different from another.
struct Rules {
    const char* name;
    std::int64_t Amount::*counted;  // what a limit counts beside tokens and money; null: nothing
    std::int64_t (config::PriceTable::*price)(std::string_view, std::int64_t) const;  // of that; null: tokens cost
};
using config::PriceTable;
constexpr Rules rules[] = {{"chat", nullptr, nullptr},
                           {"transcribe", &Amount::audio_ms, &PriceTable::of_audio},
                           {"speak", &Amount::speech_characters, &PriceTable::of_speech},
                           {"draw", &Amount::pictures, &PriceTable::of_pictures},
                           {"embed", nullptr, nullptr}};

const Rules& rules_of(Kind kind) {
    return rules[static_cast<std::size_t>(kind)];
}

// As a limit counts it.
Amount amount_of(const Rules& kind, std::int64_t tokens, std::int64_t amount, std::int64_t micro_usd) {
    Amount counted;
    counted.tokens = tokens;
    counted.micro_usd = micro_usd;
    if (kind.counted) counted.*kind.counted = amount;
    return counted;
}

const Rules& rules_named(const std::string& name) {
    const auto found =
        std::find_if(std::begin(rules), std::end(rules), [&](const Rules& at) { return name == at.name; });
    return found == std::end(rules) ? rules[0] : *found;
}

}  // namespace

const char* to_string(Kind kind) {
    return rules_of(kind).name;
}

// One call on its way through: answered once, by the model or by its deadline.
template <class Answer>
struct Budget::Asked {
    Permit permit;
    gpt::Done<Answer> done;  // empty once called
    Executor::TimerId timer = 0;
};

Budget::Budget(Parts parts)
    : Passing(parts.next),
      parts_(std::move(parts)),
      book_(parts_.executor, parts_.pool, parts_.log),
      prices_(config::PriceTable::parse("").value()),
      input_tokens_(
          parts_.metrics.counter("parley_gpt_tokens_total", "Tokens of language models", {{"direction", "in"}})),
      output_tokens_(
          parts_.metrics.counter("parley_gpt_tokens_total", "Tokens of language models", {{"direction", "out"}})),
      usd_(parts_.metrics.counter("parley_gpt_usd_total", "What language models cost by the price table")),
      warnings_(parts_.metrics.counter("parley_gpt_budget_warnings_total", "Daily limits that were used up to 80 %")),
      over_(parts_.metrics.counter("parley_gpt_over_reserved_total", "Calls that cost more than was reserved")) {}

void Budget::load() {
    day_ = day_of(parts_.now(), parts_.settings.get("time_zone"));
    std::vector<db::UsageTotal> totals;
    std::int64_t abandoned = 0;
    parts_.pool.run(
        [&](pqxx::work& tx) {
            abandoned = db::charge_abandoned_reservations(tx);
            db::forget_old_usage(tx, days_kept);
            totals = db::read_day_totals(tx, day_.name);
        },
        db::Rerun::safe);
    if (abandoned > 0) parts_.log.warn("gpt.reservations_charged", {{"calls", abandoned}});
    for (const auto& total : totals)
        allowance_.load({total.organisation, total.account, total.chat, total.person},
                        amount_of(rules_named(total.kind), total.tokens, total.amount, total.micro_usd));
    allowance_.loaded(limits_from(parts_.settings));
}

// Days go forward only: when the zone is changed so that it is yesterday again, today goes on.
void Budget::new_day() {
    if (parts_.now() < day_.ends) return;
    auto today = day_of(parts_.now(), parts_.settings.get("time_zone"));
    if (today.name > day_.name) allowance_.clear();
    if (today.name >= day_.name) day_ = std::move(today);
}

const config::PriceTable& Budget::prices() {
    auto text = parts_.settings.get("gpt_prices");
    auto base_url = parts_.settings.get("openai_base_url");
    if (text != prices_text_ || base_url != prices_url_) {
        if (auto table = config::PriceTable::parse(text, config::is_own_server(base_url))) prices_ = std::move(*table);
        prices_text_ = std::move(text);
        prices_url_ = std::move(base_url);
    }
    return prices_;
}

Payer Budget::payer_of(const gpt::Asker& asker) const {
    return {asker.organisation ? *asker.organisation : parts_.organisation_of(asker.account), asker.account, asker.chat,
            asker.user};
}

std::string Budget::model_or_default(Kind kind, const std::string& named) const {
    auto model = named.empty() && parts_.default_model ? parts_.default_model(kind) : named;
    if (!text::is_storable(model)) return {};
    return std::string(text::truncate_utf8(model, longest_model_name));
}

Budget::Cost Budget::priced(Kind kind, Cost cost) {
    const auto& table = prices();
    const auto price = rules_of(kind).price;
    cost.micro_usd = price ? (table.*price)(cost.model, cost.amount)
                           : table.of_tokens(cost.model, cost.input_tokens, cost.output_tokens);
    cost.micro_usd = std::max(cost.micro_usd, cost.least_micro_usd);
    return cost;
}

Budget::Cost Budget::cost_of(const gpt::Usage& usage) {
    Cost cost;
    cost.input_tokens = usage.input_tokens;
    cost.output_tokens = usage.output_tokens;
    return cost;
}

db::GptReservation Budget::row_of(const Permit& permit) {
    const auto& [kind, day, payer, most, id] = permit;
    return {id,
            day,
            payer.organisation,
            payer.account,
            payer.chat,
            payer.person,
            to_string(kind),
            most.model,
            most.input_tokens,
            most.output_tokens,
            most.amount,
            most.micro_usd};
}

// A database that hangs must not hold up whoever asks.
template <class Answer>
void Budget::answer_by(SteadyTime deadline, const std::shared_ptr<Asked<Answer>>& asked) {
    if (deadline == SteadyTime()) return;
    const auto left =
        std::max(deadline - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero());
    asked->timer = parts_.executor.after(std::chrono::ceil<std::chrono::milliseconds>(left), [asked] {
        asked->timer = 0;
        auto late = std::exchange(asked->done, nullptr);
        late(gpt::ModelError{gpt::Fault::timeout, "the use of the model could not be recorded in time", {}});
    });
}

template <class Request, class Answer, class Used>
void Budget::within(Kind kind, Request request, gpt::Done<Answer> done,
                    void (gpt::Model::*ask)(Request, gpt::Done<Answer>), Cost most, Used used) {
    new_day();
    most.model = model_or_default(kind, request.model);
    auto asked = std::make_shared<Asked<Answer>>();
    asked->permit = {kind, day_.name, payer_of(request.asker), priced(kind, std::move(most)), 0};
    asked->done = std::move(done);
    auto& permit = asked->permit;
    if (const auto refused =
            allowance_.reserve(permit.payer, counted(permit, permit.most), limits_from(parts_.settings))) {
        parts_.executor.post(
            [asked, error = refusal_of(permit.payer, kind, *refused)]() mutable { asked->done(std::move(error)); });
        return;
    }
    permit.id = parts_.ids.next();
    answer_by(request.deadline, asked);
    book_.reserve(row_of(permit), [this, asked, ask, request = std::move(request),
                                   used = std::move(used)](Result<void> how) mutable {
        if (asked->timer != 0) parts_.executor.cancel(asked->timer);
        if (!how) {
            release(asked->permit);
            if (asked->done)
                asked->done(gpt::ModelError{
                    gpt::Fault::away, "the use of the model could not be recorded: " + how.error().message, {}});
            return;
        }
        if (!asked->done) return settle(asked->permit, {});
        (next_.*ask)(std::move(request), [this, asked, used = std::move(used)](gpt::Outcome<Answer> outcome) mutable {
            auto cost = outcome ? used(*outcome) : cost_of(outcome.error().usage);
            // Nobody knows what it cost: as after a crash, what was reserved counts.
            if (!outcome && outcome.error().in_doubt) cost = asked->permit.most;
            settle(asked->permit, std::move(cost));
            asked->done(std::move(outcome));
        });
    });
}

Amount Budget::counted(const Permit& permit, const Cost& cost) {
    return amount_of(rules_of(permit.kind), cost.input_tokens + cost.output_tokens, cost.amount, cost.micro_usd);
}

// Nothing of it is in the database.
void Budget::release(const Permit& permit) {
    if (permit.day == day_.name)
        allowance_.settle(permit.payer, counted(permit, permit.most), {}, limits_from(parts_.settings));
}

void Budget::settle(const Permit& permit, Cost cost) {
    // What a server tells may be anything.
    for (auto* figure : {&cost.input_tokens, &cost.output_tokens, &cost.amount})
        *figure = std::clamp<std::int64_t>(*figure, 0, most_of_a_call);
    if (cost.model.empty() || !text::is_storable(cost.model)) cost.model = permit.most.model;
    cost.model = std::string(text::truncate_utf8(cost.model, longest_model_name));
    const bool counts = !cost.nothing();
    cost = priced(permit.kind, std::move(cost));
    book_.settle({permit.id, counts, cost.model, cost.input_tokens, cost.output_tokens, cost.amount, cost.micro_usd});
    input_tokens_.add(static_cast<double>(cost.input_tokens));
    output_tokens_.add(static_cast<double>(cost.output_tokens));
    usd_.add(static_cast<double>(cost.micro_usd) / 1e6);
    const auto& most = permit.most;
    if (cost.input_tokens + cost.output_tokens > most.input_tokens + most.output_tokens ||
        cost.micro_usd > most.micro_usd) {
        over_.add();
        parts_.log.warn("gpt.over_reserved", {{"kind", to_string(permit.kind)},
                                              {"model", cost.model},
                                              {"tokens", cost.input_tokens + cost.output_tokens},
                                              {"reserved", most.input_tokens + most.output_tokens},
                                              {"usd", config::to_usd(cost.micro_usd)}});
    }
    if (permit.day != day_.name) return;  // yesterday's counters are gone; its rows get it
    for (const auto& warning :
         allowance_.settle(permit.payer, counted(permit, most), counted(permit, cost), limits_from(parts_.settings)))
        warn(permit, warning);
}

// --- the questions: what each can cost at most, and what it did cost

void Budget::chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) {
    if (request.max_tokens <= 0) request.max_tokens = parts_.default_max_tokens;
    Cost most;
    most.input_tokens = most_input_tokens(request, model_or_default(Kind::chat, request.model));
    most.output_tokens = request.max_tokens;
    // An answer that does not fit its schema is shown to the model once more, to be mended.
    if (!request.schema.empty()) {
        most.input_tokens += request.max_tokens;
        most.output_tokens += request.max_tokens;
    }
    request.most = {most.input_tokens, most.output_tokens, false};
    within(Kind::chat, std::move(request), std::move(done), &gpt::Model::chat, most,
           [most](const gpt::ChatAnswer& answer) {
               auto cost = cost_of(answer.usage);
               cost.model = answer.model;
               // Nobody said: better a little too much than nothing.
               if (cost.nothing()) cost.input_tokens = most.input_tokens;
               return cost;
           });
}

void Budget::transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) {
    Cost most;
    const auto length = length_of(request.audio);
    most.amount = length.most;
    // Some are billed by tokens, however long that took to say.
    const auto by_tokens = [this, model = model_or_default(Kind::transcribe, request.model)](std::int64_t in,
                                                                                             std::int64_t out) {
        return prices().of_audio_tokens(model, std::clamp<std::int64_t>(in, 0, most_of_a_call),
                                        std::clamp<std::int64_t>(out, 0, most_of_a_call));
    };
    most.least_micro_usd = by_tokens(length.most / 1'000 * most_tokens_of_a_second, most_tokens_of_a_transcript);
    within(Kind::transcribe, std::move(request), std::move(done), &gpt::Model::transcribe, most,
           [by_tokens, likely = length.likely](const gpt::Transcript& transcript) {
               const auto seconds = std::min(transcript.seconds, longest_recording);
               Cost cost;
               cost.amount = seconds > 0 ? static_cast<std::int64_t>(seconds * 1000) : likely;
               cost.least_micro_usd = by_tokens(transcript.usage.input_tokens, transcript.usage.output_tokens);
               return cost;
           });
}

void Budget::speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) {
    Cost most;
    most.amount = static_cast<std::int64_t>(text::characters(request.text));
    within(Kind::speak, std::move(request), std::move(done), &gpt::Model::speak, most,
           [most](const gpt::Audio&) { return most; });
}

void Budget::draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) {
    Cost most;
    most.amount = 1;
    within(Kind::draw, std::move(request), std::move(done), &gpt::Model::draw, most,
           [most](const gpt::Image&) { return most; });
}

void Budget::embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) {
    Cost most;
    most.input_tokens = most_input_tokens(request);
    within(Kind::embed, std::move(request), std::move(done), &gpt::Model::embed, most,
           [most](const gpt::Embeddings& embeddings) {
               const auto cost = cost_of(embeddings.usage);
               return cost.nothing() ? most : cost;
           });
}

}  // namespace parley::guards
