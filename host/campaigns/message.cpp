#include "campaigns/message.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "channels/payload.hpp"
#include "contacts/canonical_phone.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::campaigns {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_text = 64 * 1024;

std::vector<std::string> read_parameters(const std::string& text) {
    std::vector<std::string> parameters;
    const auto list = json::parse(text.empty() ? "[]" : text);
    for (const auto& item : list.as_array()) parameters.emplace_back(item.as_string());
    return parameters;
}

// In every text of the payload, never in its structure.
Result<void> fill_in_all(json::value& value, const std::vector<std::string>& parameters) {
    if (auto* text = value.if_string()) {
        auto filled = fill_in(std::string_view(*text), parameters);
        if (!filled) return filled.error();
        *text = *filled;
    } else if (auto* members = value.if_object()) {
        for (auto& member : *members)
            if (auto ok = fill_in_all(member.value(), parameters); !ok) return ok;
    } else if (auto* items = value.if_array()) {
        for (auto& item : *items)
            if (auto ok = fill_in_all(item, parameters); !ok) return ok;
    }
    return {};
}

}  // namespace

Result<std::string> fill_in(std::string_view text, const std::vector<std::string>& parameters) {
    std::string filled;
    for (;;) {
        const auto open = text.find("{{");
        const auto close = open == std::string_view::npos ? open : text.find("}}", open);
        if (close == std::string_view::npos) return filled.append(text);
        const std::string_view name = text::trim(text.substr(open + 2, close - open - 2));
        std::size_t number = 0;
        const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (failed != std::errc() || end != name.data() + name.size() || number == 0) {
            filled.append(text.substr(0, open + 2));
            text.remove_prefix(open + 2);
            continue;
        }
        if (number > parameters.size())
            return make_error(Errc::invalid, "there is no parameter {{" + std::to_string(number) +
                                                 "}}: this line has " + std::to_string(parameters.size()));
        filled.append(text.substr(0, open)).append(parameters[number - 1]);
        text.remove_prefix(close + 2);
    }
}

Result<Outbound> make_message(const db::Campaign& campaign, const db::CampaignRecipient& recipient) {
    const auto parameters = read_parameters(recipient.params);
    Outbound message;
    message.account = campaign.account;
    message.chat = recipient.chat;
    if (campaign.kind == "text") {
        auto text = fill_in(campaign.body, parameters);
        if (!text) return text.error();
        if (text->empty()) return make_error(Errc::invalid, "the text is empty");
        if (text->size() > longest_text) return make_error(Errc::invalid, "the text is longer than 65536 bytes");
        message.text = std::move(*text);
        return message;
    }
    auto payload = parse_json(campaign.payload);
    if (!payload) return payload.error();
    if (auto ok = fill_in_all(*payload, parameters); !ok) return ok.error();
    message.kind = OutboundKind::template_message;
    auto checked = channels::check_payload(message.kind, json::serialize(*payload));
    if (!checked) return checked.error();
    message.payload = std::move(*checked);
    return message;
}

Result<void> check(const db::Campaign& campaign) {
    if (campaign.name.empty() || campaign.name.size() > 200 || !text::is_storable(campaign.name))
        return make_error(Errc::invalid, "give the campaign a name of at most 200 bytes");
    if (!(campaign.rate > 0) || campaign.rate > 10'000)
        return make_error(Errc::invalid, "the rate must be more than 0 and at most 10000 messages a second");
    if (campaign.kind == "text") {
        if (campaign.body.empty() || campaign.body.size() > longest_text || !text::is_storable(campaign.body))
            return make_error(Errc::invalid, "the text is empty or longer than 65536 bytes");
        return {};
    }
    if (campaign.kind != "template") return make_error(Errc::invalid, "a campaign is of kind text or template");
    const auto checked = channels::check_payload(OutboundKind::template_message, campaign.payload);
    return checked ? Result<void>() : Result<void>(checked.error());
}

std::string person_of(std::string_view chat) {
    if (chat.starts_with("whatsapp:")) chat.remove_prefix(9);
    if (chat.starts_with("+")) chat.remove_prefix(1);
    if (chat.ends_with("@s.whatsapp.net")) chat.remove_suffix(15);
    return text::is_digits(chat) ? contacts::canonical_phone(chat) : std::string(chat);
}

}  // namespace parley::campaigns
