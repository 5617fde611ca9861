#include "campaigns/runner.hpp"

#include <algorithm>

namespace parley::campaigns {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds tick_every{100};
constexpr milliseconds refresh_every{5'000};
constexpr milliseconds after_failure{1'000};
constexpr std::size_t read_chunk = 500;
constexpr double most_ahead_s = 2;

// What may be saved up: a tick that came late is made good, a pause is not.
double burst_of(double rate) {
    return std::max(1.0, rate / 4);
}

std::size_t most_ahead(double rate) {
    return std::clamp<std::size_t>(static_cast<std::size_t>(rate * most_ahead_s), 10, 2'000);
}

}  // namespace

struct Runner::Run {
    db::Campaign campaign;
    outbound::TokenBucket bucket;
    std::deque<db::CampaignRecipient> next;  // read, not yet fed
    std::int64_t cursor = 0;                 // all up to here were read
    bool read_all = false;
    std::unordered_set<MessageId> ahead;  // fed, as far as is known not yet sent
    bool ahead_known = false;             // what an earlier process fed is in it
    bool busy = false;                    // something of it is on its way to the database
    std::string alarm;                    // it has to pause, and why
    SteadyTime quiet_until{};             // after a failure

    explicit Run(db::Campaign one)
        : campaign(std::move(one)), bucket(campaign.rate, burst_of(campaign.rate), steady_clock::now()) {}

    // Begins again with what the database says: marks are not known to be made.
    void begin_again() {
        next.clear();
        cursor = 0;
        read_all = false;
        ahead_known = false;
        quiet_until = steady_clock::now() + after_failure;
    }
};

Runner::Runner(Executor& executor, db::Pool& pool, outbound::Feeder& feeder, Logger log)
    : executor_(executor), pool_(pool), feeder_(feeder), log_(std::move(log)) {}

Runner::~Runner() = default;

void Runner::start() {
    tick();
}

std::size_t Runner::ahead(db::CampaignId id) const {
    const auto found = runs_.find(id);
    return found == runs_.end() ? 0 : found->second->ahead.size();
}

void Runner::refresh() {
    if (refreshing_) {
        refresh_again_ = true;
        return;
    }
    refreshing_ = true;
    refresh_again_ = false;
    auto active = std::make_shared<std::vector<db::Campaign>>();
    pool_.run_async(
        executor_, [active](pqxx::work& tx) { *active = db::read_active_campaigns(tx); },
        [this, active](const Result<void>& ok) {
            refreshing_ = false;
            next_refresh_ = steady_clock::now() + (ok ? refresh_every : after_failure);
            if (ok) adopt(std::move(*active));
            if (refresh_again_) refresh();
        },
        db::Rerun::safe);
}

void Runner::adopt(std::vector<db::Campaign> active) {
    std::map<db::CampaignId, std::shared_ptr<Run>> runs;
    for (auto& campaign : active) {
        const db::CampaignId id = campaign.id;
        const auto known = runs_.find(id);
        if (known == runs_.end()) {
            runs[id] = std::make_shared<Run>(std::move(campaign));
        } else {
            known->second->campaign = std::move(campaign);
            runs[id] = known->second;
        }
    }
    runs_ = std::move(runs);
}

void Runner::tick() {
    if (stopped_) return;
    executor_.after(tick_every, [this] { tick(); });
    if (!refreshing_ && steady_clock::now() >= next_refresh_) refresh();
    // Steps may end in a refresh, which changes the list.
    std::vector<std::shared_ptr<Run>> runs;
    for (const auto& [id, run] : runs_) runs.push_back(run);
    for (const auto& run : runs) step(*run);
}

// The next thing to do for a campaign, one at a time.
void Runner::step(Run& run) {
    if (run.busy || steady_clock::now() < run.quiet_until) return;
    if (!run.alarm.empty()) return pause(run);
    if (run.campaign.state == "scheduled") {
        if (run.campaign.start_at <= unix_now()) begin_scheduled(run);
        return;
    }
    if (!feeder_.has_room(run.campaign.account)) return;
    if (!run.ahead_known) return find_ahead(run);
    std::erase_if(run.ahead, [&](MessageId id) { return !feeder_.holds(run.campaign.account, id); });
    if (run.next.empty() && run.read_all) {
        if (run.ahead.empty()) finish(run);
        return;
    }
    if (run.next.empty()) return read(run);
    const std::size_t limit = most_ahead(run.campaign.rate);
    const std::size_t room = limit > run.ahead.size() ? limit - run.ahead.size() : 0;
    const auto now = steady_clock::now();
    std::size_t count = 0;
    while (count < std::min(room, run.next.size()) && run.bucket.take(now)) ++count;
    if (count > 0) feed(run, count);
}

void Runner::go_on(const std::shared_ptr<Run>& run) {
    const auto known = runs_.find(run->campaign.id);
    if (!stopped_ && known != runs_.end() && known->second == run) step(*run);
}

void Runner::ask(Run& run, db::Pool::Body body, std::function<void(Run&, const Result<void>&)> done) {
    run.busy = true;
    pool_.run_async(
        executor_, std::move(body),
        [this, self = runs_.at(run.campaign.id), done = std::move(done)](const Result<void>& ok) {
            self->busy = false;
            if (!ok) {
                log_.warn("campaign.waits", {{"campaign", self->campaign.id}, {"why", ok.error().message}});
                self->quiet_until = steady_clock::now() + after_failure;
            }
            done(*self, ok);
            if (!self->next.empty()) go_on(self);
        },
        db::Rerun::safe);
}

void Runner::begin_scheduled(Run& run) {
    ask(
        run, [id = run.campaign.id](pqxx::work& tx) { db::begin_scheduled_campaign(tx, id); },
        [this](Run& one, const Result<void>& ok) {
            if (!ok) return;
            log_.info("campaign.begins", {{"campaign", one.campaign.id}, {"name", one.campaign.name}});
            refresh();
        });
}

void Runner::find_ahead(Run& run) {
    auto found = std::make_shared<std::vector<MessageId>>();
    ask(
        run, [found, id = run.campaign.id](pqxx::work& tx) { *found = db::read_campaign_outbox(tx, id); },
        [found](Run& one, const Result<void>& ok) {
            if (!ok) return;
            one.ahead.insert(found->begin(), found->end());
            one.ahead_known = true;
        });
}

void Runner::read(Run& run) {
    auto rows = std::make_shared<std::vector<db::CampaignRecipient>>();
    ask(
        run,
        [rows, id = run.campaign.id, after = run.cursor](pqxx::work& tx) {
            *rows = db::read_recipients(tx, id, after, read_chunk);
        },
        [rows](Run& one, const Result<void>& ok) {
            if (!ok) return;
            one.read_all = rows->empty();
            if (rows->empty()) return;
            one.cursor = rows->back().n;
            one.next.assign(std::make_move_iterator(rows->begin()), std::make_move_iterator(rows->end()));
        });
}

void Runner::feed(Run& run, std::size_t count) {
    std::vector<Outbound> messages;
    std::vector<db::RecipientClaim> claims;
    for (; count > 0; --count) {
        const auto& recipient = run.next.front();
        auto message = make_message(run.campaign, recipient);
        db::RecipientClaim claim{recipient.n, 0, person_of(recipient.chat), {}};
        if (message) {
            auto pieces = feeder_.add(messages, std::move(*message));
            claim.message = pieces.last;
            claim.pieces = std::move(pieces.all);
        } else {
            claim.error = message.error().message;
        }
        claims.push_back(std::move(claim));
        run.next.pop_front();
    }
    run.busy = true;
    feeder_.feed(
        std::move(messages),
        [id = run.campaign.id, claims = std::move(claims)](pqxx::work& tx) {
            return db::claim_recipients(tx, id, claims);
        },
        [this, self = runs_.at(run.campaign.id)](const Result<std::vector<MessageId>>& fed) {
            self->busy = false;
            if (fed) {
                self->ahead.insert(fed->begin(), fed->end());
                if (self->next.empty()) go_on(self);
                return;
            }
            log_.warn("campaign.waits", {{"campaign", self->campaign.id}, {"why", fed.error().message}});
            self->begin_again();
        });
}

void Runner::alarm(AccountId account, const std::string& reason) {
    for (const auto& [id, run] : runs_)
        if (run->campaign.account == account && run->campaign.state == "running" && run->alarm.empty()) {
            log_.error("campaign.alarm", {{"campaign", id}, {"name", run->campaign.name}, {"why", reason}});
            run->alarm = reason;
        }
}

// Until this is written nothing more is fed.
void Runner::pause(Run& run) {
    ask(
        run,
        [id = run.campaign.id, reason = run.alarm](pqxx::work& tx) {
            const auto campaign = db::read_campaign(tx, id);
            if (campaign && campaign->state == "running") db::change_campaign(tx, id, {"running"}, "paused", reason);
        },
        [this](Run& one, const Result<void>& ok) {
            if (!ok) return;
            one.alarm.clear();
            one.campaign.state = "paused";
            runs_.erase(one.campaign.id);
            refresh();
        });
}

void Runner::finish(Run& run) {
    auto done = std::make_shared<bool>(false);
    ask(
        run, [done, id = run.campaign.id](pqxx::work& tx) { *done = db::finish_campaign(tx, id); },
        [this, done](Run& one, const Result<void>& ok) {
            if (!ok) return;
            if (*done) {
                log_.info("campaign.done", {{"campaign", one.campaign.id}, {"name", one.campaign.name}});
            } else {
                one.begin_again();  // somebody was not marked after all, or it does not run any more
            }
            refresh();
        });
}

}  // namespace parley::campaigns
