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

// As a limit counts it.
Amount amount_of(Kind kind, std::int64_t tokens, std::int64_t amount, std::int64_t micro_usd) {
    Amount counted;
    counted.tokens = tokens;
    counted.micro_usd = micro_usd;
    if (kind == Kind::draw) counted.pictures = amount;
    if (kind == Kind::transcribe) counted.audio_ms = amount;
    if (kind == Kind::speak) counted.speech_characters = amount;
    return counted;
}

Kind kind_from(const std::string& name) {
    for (const auto kind : {Kind::transcribe, Kind::speak, Kind::draw, Kind::embed})
        if (name == to_string(kind)) return kind;
    return Kind::chat;
}

}  // namespace

const char* to_string(Kind kind) {
    static constexpr const char* names[] = {"chat", "transcribe", "speak", "draw", "embed"};
    return names[static_cast<int>(kind)];
}

// One call on its way through: answered once, by the model or by its deadline.
template <class Answer>
struct Budget::Asked {
    Permit permit;
    gpt::Done<Answer> done;  // empty once called
    Executor::TimerId timer = 0;
};

Budget::Budget(Parts parts)
    : parts_(std::move(parts)),
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
                        amount_of(kind_from(total.kind), total.tokens, total.amount, total.micro_usd));
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
    switch (kind) {
        case Kind::chat:
        case Kind::embed:
            cost.micro_usd = table.of_tokens(cost.model, cost.input_tokens, cost.output_tokens);
            break;
        case Kind::transcribe:
            cost.micro_usd = table.of_audio(cost.model, cost.amount);
            break;
        case Kind::speak:
            cost.micro_usd = table.of_speech(cost.model, cost.amount);
            break;
        case Kind::draw:
            cost.micro_usd = table.of_pictures(cost.model, cost.amount);
            break;
    }
    return cost;
}

Budget::Cost Budget::cost_of_failure(const gpt::ModelError& error) {
    Cost cost;
    cost.input_tokens = error.usage.input_tokens;
    cost.output_tokens = error.usage.output_tokens;
    return cost;
}

template <class Answer, class Ask, class Used>
void Budget::within(Kind kind, const gpt::Asker& asker, Cost most, SteadyTime deadline, gpt::Done<Answer> done, Ask ask,
                    Used used) {
    new_day();
    auto asked = std::make_shared<Asked<Answer>>();
    asked->permit = {kind, day_.name, payer_of(asker), priced(kind, std::move(most)), 0};
    asked->done = std::move(done);
    auto& permit = asked->permit;
    const auto& cost = permit.most;
    if (const auto refused = allowance_.reserve(permit.payer, counted(permit, cost), limits_from(parts_.settings))) {
        parts_.executor.post(
            [asked, error = refusal_of(permit.payer, kind, *refused)]() mutable { asked->done(std::move(error)); });
        return;
    }
    permit.id = parts_.ids.next();
    // A database that hangs must not hold up whoever asks.
    if (deadline != SteadyTime())
        asked->timer = parts_.executor.after(
            std::chrono::ceil<std::chrono::milliseconds>(
                std::max(deadline - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero())),
            [asked] {
                asked->timer = 0;
                auto late = std::exchange(asked->done, nullptr);
                late(gpt::ModelError{gpt::Fault::timeout, "the use of the model could not be recorded in time", {}});
            });
    db::GptReservation row{permit.id,
                           permit.day,
                           permit.payer.organisation,
                           permit.payer.account,
                           permit.payer.chat,
                           permit.payer.person,
                           to_string(kind),
                           cost.model,
                           cost.input_tokens,
                           cost.output_tokens,
                           cost.amount,
                           cost.micro_usd};
    book_.reserve(
        std::move(row), [this, asked, ask = std::move(ask), used = std::move(used)](Result<void> how) mutable {
            if (asked->timer != 0) parts_.executor.cancel(asked->timer);
            if (!how) {
                release(asked->permit);
                if (asked->done)
                    asked->done(gpt::ModelError{
                        gpt::Fault::away, "the use of the model could not be recorded: " + how.error().message, {}});
                return;
            }
            if (!asked->done) return settle(asked->permit, {});
            ask([this, asked, used = std::move(used)](gpt::Outcome<Answer> outcome) mutable {
                auto cost_now = outcome ? used(*outcome) : cost_of_failure(outcome.error());
                // Nobody knows what it cost: as after a crash, what was reserved counts.
                if (!outcome && outcome.error().fault == gpt::Fault::timeout && cost_now.nothing())
                    cost_now = asked->permit.most;
                settle(asked->permit, std::move(cost_now));
                asked->done(std::move(outcome));
            });
        });
}

Amount Budget::counted(const Permit& permit, const Cost& cost) {
    return amount_of(permit.kind, cost.input_tokens + cost.output_tokens, cost.amount, cost.micro_usd);
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

// --- the six questions

void Budget::chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) {
    if (request.max_tokens <= 0) request.max_tokens = parts_.default_max_tokens;
    Cost most;
    most.model = model_or_default(Kind::chat, request.model);
    most.input_tokens = most_input_tokens(request, most.model);
    most.output_tokens = request.max_tokens;
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    within<gpt::ChatAnswer>(
        Kind::chat, asker, most, deadline, std::move(done),
        [this, request = std::move(request)](gpt::Done<gpt::ChatAnswer> answered) mutable {
            parts_.next.chat(std::move(request), std::move(answered));
        },
        [input = most.input_tokens](const gpt::ChatAnswer& answer) {
            Cost cost;
            cost.model = answer.model;
            cost.input_tokens = answer.usage.input_tokens;
            cost.output_tokens = answer.usage.output_tokens;
            // Nobody said: better a little too much than nothing.
            if (cost.nothing()) cost.input_tokens = input;
            return cost;
        });
}

void Budget::transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) {
    Cost most;
    most.model = model_or_default(Kind::transcribe, "");
    most.amount = most_audio_ms(request.audio);
    const auto likely = likely_audio_ms(request.audio);
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    within<gpt::Transcript>(
        Kind::transcribe, asker, most, deadline, std::move(done),
        [this, request = std::move(request)](gpt::Done<gpt::Transcript> answered) mutable {
            parts_.next.transcribe(std::move(request), std::move(answered));
        },
        [likely](const gpt::Transcript& transcript) {
            Cost cost;
            cost.amount = transcript.seconds > 0
                              ? static_cast<std::int64_t>(std::min(transcript.seconds, longest_recording) * 1000)
                              : likely;
            return cost;
        });
}

void Budget::speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) {
    Cost most;
    most.model = model_or_default(Kind::speak, "");
    most.amount = characters(request.text);
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    within<gpt::Audio>(
        Kind::speak, asker, most, deadline, std::move(done),
        [this, request = std::move(request)](gpt::Done<gpt::Audio> answered) mutable {
            parts_.next.speak(std::move(request), std::move(answered));
        },
        [most](const gpt::Audio&) { return most; });
}

void Budget::draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) {
    Cost most;
    most.model = model_or_default(Kind::draw, "");
    most.amount = 1;
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    within<gpt::Image>(
        Kind::draw, asker, most, deadline, std::move(done),
        [this, request = std::move(request)](gpt::Done<gpt::Image> answered) mutable {
            parts_.next.draw(std::move(request), std::move(answered));
        },
        [most](const gpt::Image&) { return most; });
}

void Budget::embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) {
    Cost most;
    most.model = model_or_default(Kind::embed, "");
    most.input_tokens = most_input_tokens(request);
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    within<gpt::Embeddings>(
        Kind::embed, asker, most, deadline, std::move(done),
        [this, request = std::move(request)](gpt::Done<gpt::Embeddings> answered) mutable {
            parts_.next.embed(std::move(request), std::move(answered));
        },
        [most](const gpt::Embeddings& embeddings) {
            Cost cost;
            cost.input_tokens = embeddings.usage.input_tokens;
            return cost.nothing() ? most : cost;
        });
}

void Budget::moderate(gpt::ModerateRequest request, gpt::Done<gpt::Verdict> done) {
    parts_.next.moderate(std::move(request), std::move(done));
}

}  // namespace parley::guards
