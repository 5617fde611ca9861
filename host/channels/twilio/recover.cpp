#include <algorithm>

#include "channels/twilio/decode.hpp"
#include "channels/twilio/history.hpp"
#include "channels/twilio/lookups.hpp"
#include "core/ids.hpp"

namespace parley::channels {

namespace {

constexpr int kMaxPages = 20;

// Page by page, then the files of those messages that have some, then everything at once to its asker.
struct Recovery : std::enable_shared_from_this<Recovery> {
    std::shared_ptr<const TwilioLine> line;
    AccountId account = 0;
    UnixMillis since = 0;
    UniqueFunction<void(Result<Decoded>)> done;
    int pages = 0;
    bool truncated = false;
    std::vector<TwilioRow> rows;  // newest first
    Decoded decoded;

    void ask(net::ClientRequest request) {
        line->exchange(std::move(request),
                       [self = shared_from_this()](net::ClientResult answer) { self->read(answer); });
    }

    bool is_ours(const TwilioRow& row) const {
        const TwilioAddress& ours = line->encoder.from();
        const std::string& service = line->encoder.config().messaging_service_sid;
        if (row.direction != "inbound" || !row.to.starts_with("whatsapp:")) return false;
        return ours.empty() ? row.service == service : parse_twilio_address(row.to) == ours;
    }

    void read(const net::ClientResult& answer) {
        const Result<TwilioPage> page = read_twilio_page(answer, unix_now());
        if (!page) return done(page.error());
        for (const TwilioRow& row : page->rows) {
            if (is_ours(row)) rows.push_back(row);
        }
        ++pages;
        if (page->next.empty()) return next_row();
        Result<net::ClientRequest> next = line->encoder.next_page(page->next);
        if (!next) return done(next.error());
        truncated = pages == kMaxPages;
        truncated ? next_row() : ask(std::move(*next));
    }

    // From the back: oldest first.
    void next_row() {
        while (!rows.empty()) {
            const TwilioRow row = std::move(rows.back());
            rows.pop_back();
            if (row.files > 0) return ask_files(row);
            add(row, {});
        }
        if (truncated) {
            AccountEvent event;
            event.account = account;
            event.type = "history_truncated";
            event.payload = R"({"since":")" + to_iso8601(since) + R"("})";
            event.timestamp = unix_now();
            decoded.events.push_back(std::move(event));
        }
        done(std::move(decoded));
    }

    void ask_files(const TwilioRow& row) {
        line->exchange(line->encoder.get("Messages/" + net::percent_encode(row.sid) + "/Media.json"),
                       [self = shared_from_this(), row](net::ClientResult answer) {
                           const Result<net::FormFields> files =
                               read_twilio_files(answer, self->line->encoder.config());
                           // Files are kept for a while only: the words are better than nothing.
                           const bool gone = !files && files.error().code == Errc::not_found;
                           if (!files && !gone) return self->done(files.error());
                           self->add(row, gone ? net::FormFields() : *files);
                           self->next_row();
                       });
    }

    void add(const TwilioRow& row, const net::FormFields& files) {
        net::FormFields fields = webhook_of(row, line->encoder.config());
        fields.insert(fields.end(), files.begin(), files.end());
        const UnixMillis time = row.sent != 0 ? row.sent : row.created;
        Result<std::vector<Inbound>> messages = read_twilio_message(TwilioForm(fields), account, time);
        if (!messages) {
            decoded.unclaimed.push_back({messages.error().message, net::form_encode(fields)});
            return;
        }
        std::move(messages->begin(), messages->end(), std::back_inserter(decoded.messages));
    }
};

}  // namespace

void recover_from_twilio(std::shared_ptr<const TwilioLine> line, AccountId account, UnixMillis since,
                         UniqueFunction<void(Result<Decoded>)> done) {
    const auto recovery = std::make_shared<Recovery>();
    recovery->line = std::move(line);
    recovery->account = account;
    recovery->since = since;
    recovery->done = std::move(done);
    recovery->ask(list_received(recovery->line->encoder, since));
}

}  // namespace parley::channels
