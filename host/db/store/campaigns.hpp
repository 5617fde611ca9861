// Campaigns and their recipients. [database threads, block] Functions run in the transaction they are given and throw
// when the database is unavailable; an ErrorException says what was asked wrongly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

using CampaignId = std::int64_t;

struct Campaign {
    CampaignId id = 0;
    AccountId account = 0;
    std::string account_name, name;
    std::string kind;           // "text", "template"
    std::string body, payload;  // with {{1}}, {{2}}, ... for a recipient's parameters
    double rate = 1;            // messages a second
    std::string state;          // "draft", "scheduled", "running", "paused", "done", "cancelled"
    std::string reason;         // why the host paused it
    UnixMillis start_at = 0;    // 0: none
    std::int64_t recipients = 0, invalid = 0, skipped = 0, queued = 0, duplicates = 0;
    std::string created_at;

    std::int64_t waiting() const { return recipients - invalid - skipped - queued; }
};

CampaignId insert_campaign(pqxx::work& tx, const Campaign& campaign);  // a draft
std::optional<Campaign> read_campaign(pqxx::work& tx, CampaignId id);
// Newest first, with ids below `before`; of one account (0: all) and in one state (empty: all).
std::vector<Campaign> list_campaigns(pqxx::work& tx, AccountId account, const std::string& state, CampaignId before,
                                     std::size_t limit);
std::vector<Campaign> read_active_campaigns(pqxx::work& tx);  // scheduled and running

// Changes the state when it is one of `from`; otherwise, and when there is no such campaign, an ErrorException with
// words for whoever asked. `reason` is kept with it.
void change_campaign(pqxx::work& tx, CampaignId id, const std::vector<std::string>& from, const std::string& to,
                     const std::string& reason = {});
// Draft: runs from `at` on, in PostgreSQL's way to write a time; empty: now. Refused without recipients.
void start_campaign(pqxx::work& tx, CampaignId id, const std::string& at);
// Scheduled and due: it runs now. False: it is something else by now.
bool begin_scheduled_campaign(pqxx::work& tx, CampaignId id);
// Running, and nobody waits any more.
bool finish_campaign(pqxx::work& tx, CampaignId id);

struct CampaignRecipient {
    std::int64_t n = 0;  // line of the file
    std::string chat;
    std::string person;  // as in opt_outs, nobody is there twice; not read back
    std::string params;  // JSON list of texts
    std::string error;   // not empty: this line makes no message
};
struct Added {
    std::int64_t added = 0, invalid = 0, duplicates = 0;
};
// To a draft only. Lines that are there already change nothing, so a chunk whose answer was lost may come again.
Added add_recipients(pqxx::work& tx, CampaignId id, const std::vector<CampaignRecipient>& recipients);

// Those that wait, ascending n greater than `after`.
std::vector<CampaignRecipient> read_recipients(pqxx::work& tx, CampaignId id, std::int64_t after, std::size_t limit);

struct RecipientClaim {
    std::int64_t n = 0;
    MessageId message = 0;  // 0: `error` says why there is none
    std::string person;     // as in opt_outs
    std::string error;
    std::vector<MessageId> pieces{};  // all, when there are several; `message` is the last
};
// Marks recipients: as queued under their message, as skipped when the person has opted out, as invalid. Returns the
// messages that go: those marked now or by an earlier run of the same call. None when the campaign does not run any
// more.
std::vector<MessageId> claim_recipients(pqxx::work& tx, CampaignId id, const std::vector<RecipientClaim>& claims);

// Messages of a campaign that stand in the outbox.
std::vector<MessageId> read_campaign_outbox(pqxx::work& tx, CampaignId id);

struct RecipientResult {
    std::int64_t n = 0;
    std::string chat, status, error;
    MessageId message = 0;  // 0: none
};
std::vector<RecipientResult> read_results(pqxx::work& tx, CampaignId id, std::int64_t after, std::size_t limit);

// status -> how many.
std::vector<std::pair<std::string, std::int64_t>> count_results(pqxx::work& tx, CampaignId id);

// --- opt-outs
// Notes what persons said at that moment; what they said later stands. True: it changes what holds for one of them.
bool write_opt_out(pqxx::work& tx, AccountId account, const std::vector<std::string>& persons, bool opted_out,
                   UnixMillis at, std::string_view source);

// --- templates of an account
struct TemplateRow {
    std::string name, language, status, category, content;
};
// What the provider lists is all there is.
void replace_templates(pqxx::work& tx, AccountId account, const std::vector<TemplateRow>& templates);
void write_template(pqxx::work& tx, AccountId account, const TemplateRow& one);
// The next two write for all accounts of the same WhatsApp Business account, for templates are its, and a provider
// tells one of them. A status alone; a template that is not known yet gets a row.
void write_template_status(pqxx::work& tx, AccountId account, const std::string& name, const std::string& language,
                           const std::string& status);
// Of a template that is known.
void write_template_category(pqxx::work& tx, AccountId account, const std::string& name, const std::string& language,
                             const std::string& category);
// All languages of that name.
void forget_template(pqxx::work& tx, AccountId account, const std::string& name);

}  // namespace parley::db
