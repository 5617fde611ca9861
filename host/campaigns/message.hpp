// A campaign's message for one recipient: {{1}}, {{2}}, ... in its texts become the recipient's parameters. Plain
// functions. [any thread]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/message.hpp"
#include "db/store/campaigns.hpp"

namespace parley::campaigns {

// Errc::invalid when a parameter is named that is not there. "{{" that begins no place holder stays as it is.
Result<std::string> fill_in(std::string_view text, const std::vector<std::string>& parameters);

// Checked as the provider would check it. Account and chat are set, id and trace are not.
Result<Outbound> make_message(const db::Campaign& campaign, const db::CampaignRecipient& recipient);

// Is the campaign itself one that can be sent, whoever gets it? Looks at everything but the parameters.
Result<void> check(const db::Campaign& campaign);

// Who is behind a chat id, the same on every channel: the phone number as contacts::canonical_phone() spells it, or
// what stands there when there is none. What opt_outs call a person.
std::string person_of(std::string_view chat);

}  // namespace parley::campaigns
