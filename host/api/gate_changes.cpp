// The gate's way of changes: each is written down before it is made and completed after, and made once for its
// Idempotency-Key.
#include <boost/json.hpp>

#include "api/problem.hpp"
#include "api/visit.hpp"
#include "core/crypto.hpp"
#include "db/store/audit.hpp"

namespace parley::api {
namespace {

namespace json = boost::json;
using net::Response;

constexpr std::size_t most_attempts = 1'000, most_unwritten = 1'000;
constexpr std::chrono::seconds write_again{2};

// Nothing was done: a queue was full before, or all was rolled back. All other failures may have left a change behind:
// a commit whose answer got lost is one.
bool is_nothing_done(const Response& response) {
    if (response.status == 429 || response.headers.has(nothing_done)) return true;
    if (response.status != 503) return false;
    json::error_code error;
    const auto body = json::parse(response.body, error);
    const auto* code = !error && body.is_object() ? body.get_object().if_contains("code") : nullptr;
    return code && *code == to_string(Errc::overloaded);
}

// `free_at`: when the key can be used again; empty: now.
std::string unanswered(const std::string& free_at) {
    if (free_at.empty()) return "the first request with this Idempotency-Key was not carried out: make it again";
    return "the first request with this Idempotency-Key failed or was cut off, and the host does not know whether it "
           "was carried out: look for what it was to make, and if that is not there, use a new key. This one is free "
           "from " +
           free_at + " on";
}

}  // namespace

std::string principal_key(const auth::Principal& principal) {
    return to_string(principal.kind) + (":" + std::to_string(principal.id));
}

bool is_answer_json(const Response& response) {
    return !response.source && response.headers.get("Content-Type").starts_with("application/json");
}

void Gate::begin(const VisitPtr& visit) {
    db::ChangeStart start;
    start.actor_kind = to_string(visit->principal.kind);
    start.actor_id = visit->principal.id;
    start.actor = visit->principal.name;
    start.action = visit->operation->id;
    start.target = visit->target;
    if (!visit->operation->unrecorded) start.before = visit->before;
    start.remote = visit->request.remote;
    start.key = visit->key;
    start.attempt = crypto::random_hex(8);
    if (!visit->key.empty()) {
        start.fingerprint = crypto::sha256_hex(visit->request.method + " " + visit->request.target + "\n" +
                                               (visit->operation->raw ? visit->digest : visit->request.body));
        visit->running = running_.insert(visit->running_key()).second;
        if (!visit->running) {
            auto busy = problem(409, "conflict", "the first request with this Idempotency-Key is still being answered");
            busy.headers.set("Retry-After", "1");
            return leave(visit, std::move(busy));
        }
        visit->fingerprint = start.fingerprint;
        if (const auto earlier = attempts_.find(attempt_key(*visit)); earlier != attempts_.end())
            start.attempt = earlier->second;
    }
    auto found = std::make_shared<db::ChangeBegun>();
    const std::string attempt = start.attempt;
    parts_.pool.run_async(
        parts_.executor, [found, start = std::move(start)](pqxx::work& tx) { *found = db::begin_change(tx, start); },
        [this, visit, found, attempt](Result<void> done) {
            if (done) return begun(visit, *found);
            // The row of this key may be there all the same. Whoever comes with it again finds it as their own.
            if (!visit->key.empty()) {
                if (attempts_.size() >= most_attempts) attempts_.clear();
                attempts_[attempt_key(*visit)] = attempt;
            }
            leave(visit, problem(done.error()));
        },
        db::Rerun::safe);
}

std::string Gate::attempt_key(const Visit& visit) {
    return visit.running_key() + " " + visit.fingerprint;
}

void Gate::begun(const VisitPtr& visit, const db::ChangeBegun& begun) {
    using What = db::ChangeBegun::What;
    if (!visit->key.empty()) attempts_.erase(attempt_key(*visit));
    visit->audit = begun.audit;
    if (begun.what == What::fresh) return run(visit);
    if (begun.what == What::other)
        return leave(visit, problem(422, "key_reused",
                                    "this Idempotency-Key belongs to another request: make a new key for a new one"));
    if (begun.what == What::unanswered) return leave(visit, problem(409, "conflict", unanswered(begun.free_at)));
    Response again;
    again.status = begun.status;
    again.body = begun.body;
    if (!begun.content_type.empty()) again.headers.set("Content-Type", begun.content_type);
    again.headers.set("Idempotency-Replayed", "true");
    leave(visit, std::move(again));
}

void Gate::finish(const VisitPtr& visit, Response response) {
    if (visit->audit == 0) return leave(visit, std::move(response));
    db::ChangeEnd end;
    end.audit = visit->audit;
    end.actor_kind = to_string(visit->principal.kind);
    end.actor_id = visit->principal.id;
    end.key = visit->key;
    end.status = response.status;
    end.not_begun = is_nothing_done(response);
    end.stays = visit->operation->raw;  // a file that was refused may have run before that
    end.content_type = response.headers.get("Content-Type");
    end.body = parts_.contract.without_secrets(*visit->operation, response.status, response.body);
    const bool recorded = response.status < 300 && is_answer_json(response) && !visit->operation->unrecorded;
    if (recorded && end.body.size() <= longest_record) end.after = end.body;
    auto answer = std::make_shared<Response>(std::move(response));
    auto shared = std::make_shared<const db::ChangeEnd>(std::move(end));
    parts_.pool.run_async(
        parts_.executor, [shared](pqxx::work& tx) { db::end_change(tx, *shared); },
        [this, visit, answer, shared](Result<void> done) {
            // What was done is done. The key stays taken until that is written down.
            if (!done) {
                parts_.log.error("audit.not_completed", {{"id", visit->audit}, {"why", done.error().message}});
                complete_later(shared, visit->running ? visit->running_key() : std::string());
                visit->running = false;
            }
            leave(visit, std::move(*answer));
        },
        db::Rerun::safe);
}

// The database is away; what it did not learn is told when it is back. Writing it twice changes nothing.
void Gate::complete_later(std::shared_ptr<const db::ChangeEnd> end, std::string running) {
    if (unwritten_ >= most_unwritten) {
        running_.erase(running);
        return;
    }
    ++unwritten_;
    parts_.executor.after(write_again, [this, end = std::move(end), running = std::move(running)]() mutable {
        parts_.pool.run_async(
            parts_.executor, [end](pqxx::work& tx) { db::end_change(tx, *end); },
            [this, end, running = std::move(running)](Result<void> done) mutable {
                --unwritten_;
                if (done)
                    running_.erase(running);
                else
                    complete_later(std::move(end), std::move(running));
            },
            db::Rerun::safe);
    });
}

void Gate::sweep() {
    parts_.executor.after(std::chrono::hours(1), [this] {
        parts_.pool.run_async(
            parts_.executor,
            [](pqxx::work& tx) {
                db::forget_old_requests(tx);
                db::forget_old_audit(tx);
            },
            [this](Result<void>) { sweep(); }, db::Rerun::safe);
    });
}

}  // namespace parley::api
