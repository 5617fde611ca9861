// What the budget says: to users whose share is used up, and to the log.
#include "guards/budget.hpp"

namespace parley::guards {
namespace {

const char* who(Scope scope) {
    return scope == Scope::person ? "Your" : scope == Scope::chat ? "This chat's" : "This bot's";
}

const char* what(Thing thing) {
    switch (thing) {
        case Thing::pictures:
            return "pictures";
        case Thing::audio:
            return "voice messages";
        case Thing::speech:
            return "reading aloud";
        case Thing::tokens:
        case Thing::money:
            return "the assistant";
    }
    return "the assistant";
}

}  // namespace

gpt::ModelError Budget::refusal_of(const Payer& payer, Kind kind, const Allowance::Refusal& refusal) {
    parts_.metrics
        .counter("parley_gpt_refused_total", "Questions to language models that were not asked",
                 {{"scope", to_string(refusal.scope)}, {"limit", to_string(refusal.thing)}})
        .add();
    parts_.log.warn("gpt.budget_used_up", {{"scope", to_string(refusal.scope)},
                                           {"limit", to_string(refusal.thing)},
                                           {"kind", to_string(kind)},
                                           {"organisation", payer.organisation},
                                           {"person", mask_phone(payer.person)}});
    gpt::ModelError error;
    error.fault = gpt::Fault::budget;
    if (refusal.too_many) {
        error.message = "Too many people ask the assistant today. It can be used again tomorrow.";
        return error;
    }
    const std::string reset =
        " It starts afresh at " + day_.ends_at + ", in " + time_left(parts_.now(), day_.ends) + ".";
    error.message = std::string(who(refusal.scope)) + " daily limit for " + what(refusal.thing) +
                    (refusal.nothing_left ? " is used up." : " is nearly used up: this would need more than is left.") +
                    reset;
    return error;
}

void Budget::warn(const Permit& permit, const Allowance::Warning& warning) {
    warnings_.add();
    parts_.log.warn("gpt.budget_low",
                    {{"scope", to_string(warning.scope)},
                     {"limit", to_string(warning.thing)},
                     {"organisation", permit.payer.organisation},
                     {"account", permit.payer.account},
                     {"person", warning.scope == Scope::person ? mask_phone(permit.payer.person) : ""},
                     {"used", warning.used},
                     {"of", warning.limit}});
}

}  // namespace parley::guards
