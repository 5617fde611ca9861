// A message of every kind, as the API takes it.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace parley::e2e::faults {

struct Sample {
    std::string name;
    boost::json::object body;  // without `to`, `account` and `file`; a `reply_to` is put in place for each provider
    std::string file{}, mime{};
    std::size_t twilio_parts = 1;  // requests that it takes there
    bool gateway_only = false;

    std::string kind() const { return std::string(body.at("kind").as_string()); }
};

const std::vector<Sample>& samples();

}  // namespace parley::e2e::faults
