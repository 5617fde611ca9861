#include "auth/people.hpp"

#include <algorithm>
#include <cctype>

#include "core/text.hpp"
#include "db/store/audit.hpp"

namespace parley::auth {
namespace {

using std::chrono::seconds;

constexpr seconds operators_lifetime{8 * 3600};
constexpr const char* disabled_way_in =
    "this way in was disabled by an admin; `parley user enable \"(operator)\"` opens it again";
constexpr std::size_t longest_name = 64, longest_label = 200;

// Many people may share one address, so it has more free tries than a name, and is trusted again sooner.
Throttle::Rules address_rules() {
    Throttle::Rules rules;
    rules.free = 50;
    rules.forgive = seconds(10);
    rules.longest_wait = seconds(60);
    return rules;
}

Throttle::Rules registration_rules() {
    Throttle::Rules rules;
    rules.free = 100;
    rules.forgive = seconds(10);
    rules.longest_wait = seconds(60);
    return rules;
}

// Who may do more has to prove oneself more often.
seconds lifetime_of(const db::Person& person) {
    return person.role == "user" ? seconds(30 * 24 * 3600) : seconds(8 * 3600);
}

Result<void> acceptable_name(std::string_view name) {
    constexpr std::string_view marks = "_.@+-";
    const bool allowed = std::all_of(name.begin(), name.end(), [&](unsigned char c) {
        return (c < 0x80 && std::isalnum(c)) || marks.find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (name.empty() || name.size() > longest_name || !allowed)
        return make_error(Errc::invalid,
                          "a username has 1 to 64 letters (a to z), digits and the signs _ . @ + -, no spaces");
    return {};
}

Refusal refusal(Error error) {
    return Refusal{std::move(error), {}};
}

Refusal slow_down(seconds wait) {
    return Refusal{make_error(Errc::overloaded, "too many tries: wait " + std::to_string(wait.count()) + " seconds"),
                   wait};
}

Actor actor_of(const db::Person& person, const Origin& origin) {
    return {"person", person.id, person.username, origin.remote};
}

// A program that calls itself what is no text has no name.
std::string label_of(const Origin& origin) {
    if (!text::is_storable(origin.label)) return {};
    return std::string(text::truncate_utf8(origin.label, longest_label));
}

std::string name_key(std::string_view username) {
    return text::to_lower_ascii(username.substr(0, longest_name + 1));
}

}  // namespace

People::People(Parts parts)
    : parts_(std::move(parts)),
      tries_(Throttle::Rules{}),
      addresses_(address_rules()),
      registrations_(registration_rules()) {}

void People::add(std::string username, Secret password, Role role, const Origin& origin, Done<db::Person> done) {
    if (auto ok = acceptable_name(username); !ok) return done(refusal(ok.error()));
    if (auto ok = Passwords::acceptable(password, username); !ok) return done(refusal(ok.error()));
    if (!origin.local) {
        const auto now = std::chrono::steady_clock::now();
        if (const auto wait = registrations_.wait(origin.remote, now); wait.count() > 0) return done(slow_down(wait));
        registrations_.count(origin.remote, now);
    }
    parts_.passwords.hash(std::move(password), [this, username = std::move(username), role, origin,
                                                done = std::move(done)](Result<std::string> hash) mutable {
        if (!hash) return done(refusal(hash.error()));
        auto made = std::make_shared<std::optional<db::Person>>();
        parts_.pool.run_async(
            parts_.executor,
            [made, username, hash = std::move(*hash), role, origin](pqxx::work& tx) {
                *made = db::insert_person(tx, username, hash, to_string(role));
                if (*made && !origin.local)
                    db::write_audit(tx, actor_of(**made, origin), {"register", "/auth/register/", "", "", 201});
            },
            [this, made, username, done = std::move(done)](const Result<void>& written) mutable {
                if (!written) return done(refusal(written.error()));
                if (!*made) return done(refusal(make_error(Errc::conflict, "that username is taken: choose another")));
                parts_.log.info("person.added", {{"person", (*made)->id}, {"role", (*made)->role}});
                done(std::move(**made));
            });
    });
}

struct People::Attempt {
    std::string username;
    Secret password;
    Origin origin;
    Done<SignedIn> done;
    std::optional<db::Credentials> found;
};

void People::sign_in(std::string username, Secret password, const Origin& origin, Done<SignedIn> done) {
    if (!origin.local) {
        const auto now = std::chrono::steady_clock::now();
        const auto wait = std::max(tries_.wait(name_key(username), now), addresses_.wait(origin.remote, now));
        if (wait.count() > 0) return done(slow_down(wait));
        tries_.count(name_key(username), now);
        addresses_.count(origin.remote, now);
    }
    auto attempt = std::make_shared<Attempt>(
        Attempt{std::move(username), std::move(password), origin, std::move(done), std::nullopt});
    // What cannot be a name is looked up all the same, as a name that nobody can have.
    const std::string name = acceptable_name(attempt->username) ? attempt->username : " ";
    parts_.pool.run_async(
        parts_.executor, [attempt, name](pqxx::work& tx) { attempt->found = db::find_credentials(tx, name); },
        [this, attempt](const Result<void>& read) {
            if (read) return check_password(attempt);
            tries_.forgive(name_key(attempt->username));
            addresses_.forgive(attempt->origin.remote);
            attempt->done(refusal(read.error()));
        },
        db::Rerun::safe);
}

void People::check_password(std::shared_ptr<Attempt> attempt) {
    const bool may = attempt->found && !attempt->found->person.disabled;
    std::string hash = may ? attempt->found->password_hash : std::string();
    Secret password = std::move(attempt->password);
    parts_.passwords.verify(std::move(hash), std::move(password), [this, attempt](Result<Passwords::Verdict> verdict) {
        if (!verdict) {
            tries_.forgive(name_key(attempt->username));
            addresses_.forgive(attempt->origin.remote);
            return attempt->done(Refusal{verdict.error(), {}});
        }
        if (verdict->right) return issue_token(attempt, std::move(verdict->rehashed));
        parts_.log.warn("sign_in.refused", {{"remote", attempt->origin.remote}});
        attempt->done(refusal(make_error(Errc::unauthorized, "the username or the password is wrong")));
        note_refusal(*attempt);
    });
}

// After the answer, which is to take the same time for everybody.
void People::note_refusal(const Attempt& attempt) {
    Actor actor{"person", 0, "", attempt.origin.remote};
    if (attempt.found) actor = actor_of(attempt.found->person, attempt.origin);
    parts_.pool.run_async(
        parts_.executor,
        [actor = std::move(actor)](pqxx::work& tx) {
            db::write_audit(tx, actor, {"signIn", "/auth/login/", "", "", 401});
        },
        [log = parts_.log](const Result<void>& written) {
            if (!written) log.warn("sign_in.refusal_not_noted", {{"why", written.error().message}});
        });
}

void People::issue_token(std::shared_ptr<Attempt> attempt, std::string rehashed) {
    tries_.clear(name_key(attempt->username));
    addresses_.forgive(attempt->origin.remote);
    auto signed_in =
        std::make_shared<SignedIn>(SignedIn{attempt->found->person, make_token(), lifetime_of(attempt->found->person)});
    auto token = std::make_shared<std::optional<std::int64_t>>();
    auto label = label_of(attempt->origin);
    parts_.pool.run_async(
        parts_.executor,
        [attempt, signed_in, token, rehashed = std::move(rehashed), label = std::move(label)](pqxx::work& tx) {
            const auto& person = signed_in->person;
            const auto& verified = attempt->found->password_hash;
            if (!rehashed.empty()) db::replace_hash(tx, person.id, verified, rehashed);
            *token = db::insert_token(tx, person.id, rehashed.empty() ? verified : rehashed,
                                      token_hash(signed_in->token.reveal()), label, attempt->origin.remote,
                                      signed_in->lifetime.count());
            if (*token) db::write_audit(tx, actor_of(person, attempt->origin), {"signIn", "/auth/login/"});
        },
        [this, attempt, signed_in, token](const Result<void>& written) {
            if (!written) return attempt->done(refusal(written.error()));
            if (!*token)
                return attempt->done(refusal(make_error(Errc::unauthorized, "the username or the password is wrong")));
            parts_.log.info("sign_in", {{"person", signed_in->person.id}, {"token", **token}});
            parts_.authenticator.given_out(signed_in->token.reveal());
            attempt->done(std::move(*signed_in));
        });
}

void People::sign_in_operator(const Origin& origin, Done<SignedIn> done) {
    auto signed_in = std::make_shared<SignedIn>(SignedIn{{}, make_token(), operators_lifetime});
    auto token = std::make_shared<std::optional<std::int64_t>>();
    parts_.pool.run_async(
        parts_.executor,
        [origin, signed_in, token](pqxx::work& tx) {
            signed_in->person = db::ensure_operator(tx);
            *token = db::insert_token(tx, signed_in->person.id, "", token_hash(signed_in->token.reveal()),
                                      label_of(origin), origin.remote, signed_in->lifetime.count());
            if (*token) db::write_audit(tx, actor_of(signed_in->person, origin), {"signIn", "/sign-in"});
        },
        [this, signed_in, token, done = std::move(done)](const Result<void>& written) mutable {
            if (!written) return done(refusal(written.error()));
            if (!*token) return done(refusal(make_error(Errc::unauthorized, disabled_way_in)));
            parts_.authenticator.given_out(signed_in->token.reveal());
            done(std::move(*signed_in));
        });
}

void People::sign_out(const Principal& principal, const Origin& origin, Done<void> done) {
    if (principal.kind != Principal::Kind::person) return done(Outcome<void>());
    const Actor actor{"person", principal.id, principal.name, origin.remote};
    parts_.pool.run_async(
        parts_.executor,
        [actor, token = principal.token](pqxx::work& tx) {
            if (db::revoke_token(tx, actor.id, token)) db::write_audit(tx, actor, {"signOut", "/auth/logout/"});
        },
        [this, token = principal.token, done = std::move(done)](const Result<void>& written) mutable {
            if (!written) return done(refusal(written.error()));
            parts_.authenticator.tokens_revoked({token});
            done(Outcome<void>());
        },
        db::Rerun::safe);
}

void People::revoke_token(db::PersonId person, std::int64_t token, Done<bool> done) {
    auto gone = std::make_shared<bool>(false);
    parts_.pool.run_async(
        parts_.executor,
        [gone, person, token](pqxx::work& tx) { *gone = db::revoke_token(tx, person, token) || *gone; },
        [this, gone, token, done = std::move(done)](const Result<void>& written) mutable {
            if (!written) return done(refusal(written.error()));
            if (*gone) parts_.authenticator.tokens_revoked({token});
            done(*gone);
        },
        db::Rerun::safe);
}

void People::set_role(const std::string& username, Role role, Done<void> done) {
    change(
        username, [role](pqxx::work& tx, db::PersonId id) { return db::set_role(tx, id, to_string(role)); },
        std::move(done));
}

void People::set_password(const std::string& username, Secret password, Done<void> done) {
    if (auto ok = Passwords::acceptable(password, username); !ok) return done(refusal(ok.error()));
    parts_.passwords.hash(
        std::move(password), [this, username, done = std::move(done)](Result<std::string> hash) mutable {
            if (!hash) return done(refusal(hash.error()));
            change(
                username,
                [hash = std::move(*hash)](pqxx::work& tx, db::PersonId id) { return db::set_password(tx, id, hash); },
                std::move(done));
        });
}

void People::set_disabled(const std::string& username, bool disabled, Done<void> done) {
    change(
        username, [disabled](pqxx::work& tx, db::PersonId id) { return db::set_disabled(tx, id, disabled); },
        std::move(done));
}

void People::change(const std::string& username, std::function<db::Taken(pqxx::work&, db::PersonId)> how,
                    Done<void> done) {
    auto taken = std::make_shared<db::Taken>();
    parts_.pool.run_async(
        parts_.executor,
        [taken, username, how = std::move(how)](pqxx::work& tx) {
            const auto person = db::find_person(tx, username);
            *taken = person ? how(tx, person->id) : std::nullopt;
        },
        [this, taken, username, done = std::move(done)](const Result<void>& written) mutable {
            if (!written) return done(refusal(written.error()));
            if (!*taken) return done(refusal(make_error(Errc::not_found, "there is no user \"" + username + "\"")));
            parts_.authenticator.tokens_revoked(**taken);
            done(Outcome<void>());
        });
}

}  // namespace parley::auth
