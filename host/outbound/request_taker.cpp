#include "outbound/request_taker.hpp"

#include <algorithm>

#include "channels/fallback.hpp"
#include "channels/linked_media.hpp"
#include "channels/payload.hpp"
#include "channels/recipient.hpp"
#include "core/text.hpp"

namespace parley::outbound {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t chunk = 500;
constexpr milliseconds look_every{3'000};
constexpr milliseconds room_after{1'000};  // of a sender that is being worked off
constexpr milliseconds after_failure{1'000};
constexpr std::size_t longest_text = 64 * 1024;

// The provider's id of the message that is quoted, reacted to, edited or revoked.
Result<std::string> reference(const db::SendRequest& request, const std::string& chat) {
    if (!request.meant) return request.reply_to;
    if (request.meant->chat != chat)
        return make_error(Errc::invalid, "message " + request.reply_to + " is of another chat");
    if (request.meant->provider_id.empty())
        return make_error(Errc::conflict, "message " + request.reply_to + " has no id at its provider, or not yet");
    return request.meant->provider_id;
}

// What the message says, according to its kind.
Result<void> fill(Outbound& message, const db::SendRequest& request, std::string_view channel) {
    switch (message.kind) {
        case OutboundKind::text:
            if (message.text.empty()) return make_error(Errc::invalid, "there is nothing to send: \"body\" is empty");
            return {};
        case OutboundKind::link:
            if (!channels::is_link(request.link))
                return make_error(Errc::invalid,
                                  "kind link needs \"link\": an address that begins with https:// or http://");
            message.link = request.link;
            return {};
        case OutboundKind::media: {
            auto media = channels::linked_media(request.link, channel);
            if (!media) return media.error();
            message.media = std::move(*media);
            return {};
        }
        case OutboundKind::reaction:
        case OutboundKind::revoke:
        case OutboundKind::edit:
            if (message.reply_to.empty())
                return make_error(Errc::invalid,
                                  "kind " + request.kind + " needs \"reply_to\": the id of the message that is meant");
            if (message.kind == OutboundKind::edit && message.text.empty())
                return make_error(Errc::invalid, "kind edit needs \"body\": what the message shall say");
            return {};
        default:
            break;
    }
    auto payload = channels::check_payload(message.kind, request.payload);
    if (!payload) return payload.error();
    message.payload = std::move(*payload);
    return {};
}

}  // namespace

RequestTaker::RequestTaker(Executor& executor, db::Pool& pool, Feeder& feeder, FindExit find_exit, Logger log)
    : executor_(executor), pool_(pool), feeder_(feeder), find_exit_(std::move(find_exit)), log_(std::move(log)) {}

void RequestTaker::start() {
    look();
}

void RequestTaker::look_later(milliseconds wait) {
    executor_.cancel(timer_);
    timer_ = executor_.after(wait, [this] {
        timer_ = 0;
        look();
    });
}

void RequestTaker::look() {
    if (stopped_) return;
    if (busy_) {
        again_ = true;
        return;
    }
    if (cursor_ == 0) std::erase_if(full_, [this](const auto& named) { return feeder_.has_room(named.second); });
    read();
}

void RequestTaker::read() {
    busy_ = true;
    again_ = false;
    auto rows = std::make_shared<std::vector<db::SendRequest>>();
    std::vector<std::string> without;
    for (const auto& [name, account] : full_) without.push_back(name);
    pool_.run_async(
        executor_,
        [rows, after = cursor_, without = std::move(without)](pqxx::work& tx) {
            *rows = db::read_send_requests(tx, after, without, chunk);
        },
        [this, rows](const Result<void>& ok) {
            if (ok && !rows->empty()) return take(*rows);
            busy_ = false;
            // The end of the round; what was committed late or held by somebody is found in the next one.
            cursor_ = 0;
            if (ok && again_) return look();
            look_later(!ok ? after_failure : full_.empty() ? look_every : room_after);
        },
        db::Rerun::safe);
}

void RequestTaker::take(const std::vector<db::SendRequest>& requests) {
    // By whatever name: later ones must not pass those that were left.
    const auto is_full = [this](AccountId id) {
        return std::any_of(full_.begin(), full_.end(), [id](const auto& named) { return named.second == id; });
    };
    std::vector<Outbound> messages;
    std::vector<std::pair<std::int64_t, db::Pieces>> claims;
    std::vector<std::pair<std::int64_t, std::string>> refusals;
    for (const auto& request : requests) {
        const auto exit = find_exit_(request.account);
        if (exit && (is_full(exit->account) || !feeder_.has_room(exit->account))) {
            full_[request.account] = exit->account;
            continue;
        }
        auto message = exit ? to_message(request, *exit) : exit.error();
        if (!message) {
            refusals.emplace_back(request.id, message.error().message);
            continue;
        }
        claims.emplace_back(request.id, feeder_.add(messages, std::move(*message)));
    }
    if (!refusals.empty())
        log_.warn("send_requests.refused", {{"count", refusals.size()}, {"first", refusals.front().second}});
    cursor_ = requests.back().id;
    if (claims.empty() && refusals.empty()) {
        busy_ = false;
        return look();
    }
    feeder_.feed(
        std::move(messages),
        [claims = std::move(claims), refusals = std::move(refusals)](pqxx::work& tx) {
            if (!refusals.empty()) db::refuse_send_requests(tx, refusals);
            return claims.empty() ? std::vector<MessageId>() : db::claim_send_requests(tx, claims);
        },
        [this](const Result<std::vector<MessageId>>& fed) {
            busy_ = false;
            if (fed) return look();
            log_.warn("send_requests.not_taken", {{"why", fed.error().message}});
            cursor_ = 0;
            look_later(after_failure);
        });
}

Result<Outbound> RequestTaker::to_message(const db::SendRequest& request, const Exit& exit) {
    auto chat = channels::chat_id(exit.channel, request.recipient);
    if (!chat) return chat.error();
    const auto kind = outbound_kind_from(request.kind);
    if (!kind) return make_error(Errc::invalid, "there is no kind \"" + request.kind + "\"");
    Outbound message;
    message.kind = *kind;
    message.account = exit.account;
    message.chat = std::move(*chat);
    message.text = request.body;
    if (message.text.size() > longest_text) return make_error(Errc::invalid, "the text is longer than 65536 bytes");
    if (const auto can = channels::can_leave(*kind, exit.can); !can) return can.error();
    auto meant = reference(request, message.chat);
    if (!meant) return meant.error();
    message.reply_to = std::move(*meant);
    if (const auto whole = fill(message, request, exit.channel); !whole) return whole.error();
    return message;
}

}  // namespace parley::outbound
