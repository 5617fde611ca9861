// What must be right before messages flow, asked of Meta: for `parley account test`. Sends no message. [I/O thread]
#pragma once

#include <memory>
#include <vector>

#include "channels/cloud/caller.hpp"
#include "channels/probe.hpp"

namespace parley::channels {

// Secrets for webhooks, the token and its permissions, the phone number, the subscription. `done` is called once.
void probe_cloud_account(std::shared_ptr<CloudCaller> caller, const CloudConfig& config,
                         UniqueFunction<void(std::vector<ProbeLine>)> done);

}  // namespace parley::channels
