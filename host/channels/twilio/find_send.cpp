#include "channels/twilio/history.hpp"
#include "channels/twilio/lookups.hpp"
#include "core/ids.hpp"

namespace parley::channels {

namespace {

constexpr int kMaxPages = 3;
constexpr UnixMillis kSecond = 1000;  // Twilio's times have no parts of one

// What keeps Twilio from answering often kept back the answer to the send as well, and passes. Refused credentials do
// not: there the next send tells the admin.
SentBefore could_not_ask(const Error& error) {
    SentBefore unknown;
    unknown.ask_again = error.code != Errc::unauthorized && error.code != Errc::not_found;
    return unknown;
}

struct Search : std::enable_shared_from_this<Search> {
    std::shared_ptr<const TwilioLine> line;
    net::ClientRequest wanted;
    UnixMillis since = 0;
    TwilioClaimed claimed;
    UniqueFunction<void(SentBefore)> done;
    int pages = 0;

    void ask(net::ClientRequest request) {
        line->exchange(std::move(request),
                       [self = shared_from_this()](net::ClientResult answer) { self->read(answer); });
    }

    void read(const net::ClientResult& answer) {
        const Result<TwilioPage> page = read_twilio_page(answer, unix_now());
        if (!page) return done(could_not_ask(page.error()));
        const UnixMillis from = since + page->clock_ahead - kSecond;
        for (const TwilioRow& row : page->rows) {
            if (row.created < from || claimed(row.sid)) continue;
            const std::optional<bool> same = is_twilio_row_of(row, wanted);
            if (!same) return done(untold());
            if (*same) return done(SentBefore{SentBefore::Verdict::found, row.sid});
        }
        const bool past = !page->rows.empty() && page->rows.back().created < from;
        if (page->next.empty() || past) return done(SentBefore{SentBefore::Verdict::absent, {}});
        Result<net::ClientRequest> next = line->encoder.next_page(page->next);
        if (!next || ++pages == kMaxPages) return done(untold());
        ask(std::move(*next));
    }

    // The list does not tell. The status callback will, where Twilio was given one.
    SentBefore untold() const {
        const Result<net::FormFields> fields = net::form_decode(wanted.body);
        SentBefore unknown;
        unknown.reports = fields && !TwilioForm(*fields).get("StatusCallback").empty();
        return unknown;
    }
};

}  // namespace

void find_twilio_send(std::shared_ptr<const TwilioLine> line, net::ClientRequest request, TwilioAddress to,
                      UnixMillis since, TwilioClaimed claimed, UniqueFunction<void(SentBefore)> done) {
    const auto search = std::make_shared<Search>();
    search->line = std::move(line);
    search->wanted = std::move(request);
    search->since = since;
    search->claimed = std::move(claimed);
    search->done = std::move(done);
    search->ask(list_sent_to(search->line->encoder, to));
}

}  // namespace parley::channels
