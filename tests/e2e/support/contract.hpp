// The document of the host, against which every answer is held that comes to http().
#pragma once

#include "api/contract.hpp"
#include "support/http.hpp"

namespace parley::e2e {

const api::Contract& contract();

// As the router finds it: a literal segment is preferred to a name. Null: the document has none.
const api::Operation* operation_of(const std::string& method, std::string_view target);

// Throws std::runtime_error when the document does not allow this answer. What it does not know is not looked at.
void check_documented(const std::string& method, std::string_view target, const Answer& answer);

}  // namespace parley::e2e
