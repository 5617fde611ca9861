// What a reply amounts to once its exchange is over. Pure.
#pragma once

#include <variant>

#include "gpt/reply.hpp"

namespace parley::gpt {

// Used up by this exchange: as the provider says, else an estimate from what was asked and what came. Nothing when the
// model had not begun.
Usage usage_of(const Reply& reply, const ChatRequest& request, const TokenScale& scale);

// `broken`: the exchange did not end as it should. Does not look at the schema. Takes the reply apart.
std::variant<ChatAnswer, Failure> settle(Reply& reply, const ChatRequest& request, const std::string& asked_model,
                                         const TokenScale& scale, bool broken);

}  // namespace parley::gpt
