// Message templates of a WhatsApp Business account: listed, made, deleted. Meta approves them; its verdict comes as an
// AccountEvent "message_template_status_update". [I/O thread]
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "channels/cloud/caller.hpp"

namespace parley::channels {

struct MessageTemplate {
    std::string id, name, language;
    std::string status;    // "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", ...
    std::string category;  // "MARKETING", "UTILITY", "AUTHENTICATION"
    std::string raw;       // all of it, as Meta gave it: JSON
};

struct TemplatePage {
    std::vector<MessageTemplate> templates;
    std::string next;  // for the next page; empty: this is the last
};

class CloudTemplates {
public:
    CloudTemplates(const CloudConfig& config, std::shared_ptr<CloudCaller> caller)
        : waba_id_(config.waba_id), caller_(std::move(caller)) {}

    // `after`: the `next` of the page before. `name`: only those with it in their name; empty: all. At most 100 a page.
    void list(std::string_view name, std::string_view after, UniqueFunction<void(Result<TemplatePage>)> done) const;

    // All pages, at most 6,000 templates (Meta's own limit of an account).
    void list_all(UniqueFunction<void(Result<std::vector<MessageTemplate>>)> done) const;

    // `json`: {"name", "language", "category", "components": [...]}. Meta allows 100 an hour. The result has id, status
    // and category.
    void create(std::string_view json, UniqueFunction<void(Result<MessageTemplate>)> done) const;

    // All languages of that name; with an id, that one alone.
    void remove(std::string_view name, std::string_view id, UniqueFunction<void(Result<void>)> done) const;

private:
    std::string waba_id_;
    std::shared_ptr<CloudCaller> caller_;
};

}  // namespace parley::channels
