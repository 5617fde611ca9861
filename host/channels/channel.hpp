// One way to reach people. A channel turns a provider's words into ours and back; it keeps nothing in the database and
// never decides what happens to a message. [I/O thread], nothing blocks.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "channels/probe.hpp"
#include "core/error.hpp"
#include "core/message.hpp"
#include "core/unique_function.hpp"
#include "net/client.hpp"
#include "net/http.hpp"

namespace parley::channels {

// Something was sent with the account's own number: by a human on the phone or, where the provider does not tell them
// apart, by this host. It is no message of a chat's partner and is not kept.
struct Echo {
    AccountId account = 0;
    std::string chat;  // whom it went to; direct chats only
    std::string provider_id;
    std::string text;
    UnixMillis timestamp = 0;  // 0: unknown
    bool by_human = false;     // certainly not by this host
};

// What one webhook body held, in order. Not understood is an Error: Errc::invalid goes to the dead letters with its raw
// bytes.
struct Decoded {
    // What is for no account that we know, or makes no sense, while the rest of the body does: goes to the dead
    // letters.
    struct Unclaimed {
        std::string reason;
        std::string raw;        // that part, as a body of its own where the channel can: it may be read again later
        AccountId account = 0;  // by which it came, not whose it is; channels leave that to those who ask them
    };

    std::vector<Inbound> messages;
    std::vector<StatusUpdate> statuses;
    std::vector<AccountEvent> events;
    std::vector<Unclaimed> unclaimed;
    std::vector<Echo> echoes;
};

// How an attempt to send ended.
struct Sent {
    std::string provider_id;  // may be empty: the provider gave none
};

// What the sender has to do is said with each class; `retry_after_ms` is then the least time to wait.
struct SendError {
    enum class Class {
        transient,  // nothing was sent (or the provider said so): this message again later
        in_doubt,   // it may have been sent: found out where the provider lets us, else tried again
        throttled,  // the account is too fast: all its sends wait, its bucket slows down, then tries again
        crowded,    // this recipient gets too much at once: only its chat waits, the account's others go on
        permanent,  // will never work: fail this message
        halted,     // the account cannot send at all now (logged out, token dead): stop, keep the queue, alarm
    };
    Class kind = Class::transient;
    std::string reason;      // for the `failed` row and the admin
    int retry_after_ms = 0;  // the provider's wish or rule, 0 if none
    // Beyond this message: an admin must look now, and what sends to many must stop (quality, payment, policy, ...).
    bool alarm = false;
    int code = 0;            // the provider's number of the error, 0 if none
    bool opted_out = false;  // the recipient wants no marketing any more
};

// What was in the way passes by itself.
constexpr bool is_passing(SendError::Class kind) {
    using Class = SendError::Class;
    return kind == Class::transient || kind == Class::throttled || kind == Class::crowded;
}

using SendResult = boost::system::result<Sent, SendError>;

// What a provider tells about a send whose answer was lost.
struct SentBefore {
    enum class Verdict {
        unknown,  // it cannot be told: the rule for in_doubt applies
        found,    // it was sent, under `provider_id`
        absent,   // it was not: sending it again makes no duplicate
    };
    Verdict verdict = Verdict::unknown;
    std::string provider_id;
    bool ask_again = false;  // unknown for now: the provider could not be asked, later it may tell
    bool reports = false;    // unknown, but the provider's reports name our id: they are worth waiting for
};

// What a channel can say by itself. The rest is turned into text by channels/fallback.
struct Capabilities {
    bool media = false, link = false, reaction = false, typing = false, groups = false;
    bool location = false, contacts = false, interactive = false, templates = false, poll = false;
    // Messages of its own can be edited and revoked; no words stand in for that.
    bool corrections = false;
    // The account can be shown as being there, or as away.
    bool presence = false;
    // Our id of a message comes back with its statuses, so that a send whose answer was lost is settled by them.
    bool hands_back_ids = false;
    // The provider keeps a history: find_sent() and missed() tell something.
    bool keeps_history = false;
    // Free text is let through only within 24 hours after the person last wrote.
    bool conversation_window = false;
    // The longest text of one message, in units of split_text(); longer ones are sent in pieces, each a message of its
    // own. 0: no limit, or the channel sees to it.
    std::size_t max_text = 0;
};

// What a provider told about a file that it handed over.
struct Fetched {
    std::string sha256;  // lower case hex, empty: it told none. The caller compares.
};

using FetchDone = UniqueFunction<void(Result<Fetched>)>;

class Channel {
public:
    virtual ~Channel() = default;

    virtual std::string_view name() const = 0;  // "gateway", "support", "terminal"
    virtual Capabilities capabilities() const = 0;

    // Is this request from who it says? Works on the raw bytes, before anything is parsed. Errc::unauthorized with
    // words for the log; the answer to the caller says no more than 401.
    virtual Result<void> verify(const net::Request& request) const = 0;

    virtual Result<Decoded> decode(const net::Request& request) const = 0;

    // A provider that proves ownership of the URL by a GET: the body of our 200. Otherwise
    // Errc::unauthorized with words for the log, Errc::invalid with words that whoever asks may read as well, or
    // Errc::not_found: nothing of the kind is asked here.
    virtual Result<std::string> handshake(const net::Request& request) const;

    // What the provider wants to hear once its webhook is committed. 200 with an empty JSON object unless overridden.
    virtual net::Response accepted() const;

    // Send one message; `done` is called once, on the I/O thread, and for a message that cannot even be written down
    // perhaps before send() returns. What the channel cannot do (a link, a reaction) has been turned into text before,
    // by channels/fallback. The channel may end while it is under way (its account got another one): `done` is called
    // all the same.
    virtual void send(const Outbound& message, UniqueFunction<void(SendResult)> done) = 0;

    // Was this message sent already? For a send that ended in_doubt, before it is made again: `since` is when that
    // attempt began. Providers list what they accepted a few seconds late, so ask after five or more. `found` settles
    // the message as sent under the id given, `absent` lets it go out again, `unknown` is as if nobody had been asked,
    // unless `ask_again` says that it is too early to tell or `reports` that somebody else will.
    // A message that went out just before with the same words may be what is found: whoever asks knows what is recorded
    // under the id given. `done` is called once.
    virtual void find_sent(const Outbound& message, UnixMillis since, UniqueFunction<void(SentBefore)> done) {
        (void)message, (void)since;
        done(SentBefore{});
    }

    // What came in since then, as webhooks would have told it and under the same provider ids, so that what is known
    // already is not taken twice. For the start, and after an outage, with providers that keep a history. Nothing
    // unless overridden. `done` is called once.
    virtual void missed(UnixMillis since, UniqueFunction<void(Result<Decoded>)> done) {
        (void)since;
        done(Decoded{});
    }

    // Looks at everything that must be right before messages flow (credentials, the number, the webhook's URL). A line
    // for each finding, good ones too; no lines when there is nothing to ask. Sends no message. `done` is called once.
    virtual void probe(UniqueFunction<void(std::vector<ProbeLine>)> done) { done({}); }

    // "typing...": best effort, no promise, no answer. `provider_id`: the message being answered, empty if none.
    virtual void typing(const std::string& chat, const std::string& provider_id, bool on) {
        (void)chat, (void)provider_id, (void)on;
    }

    // Is somebody there to answer? What people see below the account's name: best effort as well.
    virtual void presence(bool available) { (void)available; }

    // The blue ticks: best effort as well.
    virtual void mark_read(const std::string& chat, const std::string& provider_id) { (void)chat, (void)provider_id; }

    // Fetch an incoming file, at most `max_bytes`, into `sink`, which gets bytes of this file alone, and all of them
    // only when it ends well. An address that has died is renewed where the provider has a way. Errc::not_found: the
    // provider has it not, or not yet; too_large, denied and invalid: asking again is of no use. `done` is called once,
    // on the I/O thread, as with send().
    virtual void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
                       FetchDone done) = 0;
};

}  // namespace parley::channels
