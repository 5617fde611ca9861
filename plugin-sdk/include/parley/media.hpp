// The file that came with the message, and files to send. All calls may wait for a download.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "abi/services/media.h"
#include "detail/bridge.hpp"

namespace parley {

class Media {
public:
    Media(detail::Link link, const parley_media* table) : link_(link), table_(table) {}

    // The incoming file in one piece; empty when the message has none.
    std::optional<std::string> read() const { return ask(table_->read, "media.read"); }

    // Where the plugin can read it until the hook returns. Do not change the file.
    std::optional<std::string> path() const { return ask(table_->path, "media.path"); }

    // For Outgoing::media_ref: forwards the incoming file without a copy.
    std::optional<std::string> reference() const { return ask(table_->reference, "media.reference"); }

    // The same for what cannot be done without the file: that it is not there is an answer to the user (UserError).
    std::string require() const {
        try {
            if (auto file = reference()) return std::move(*file);
        } catch (const ServiceError& error) {
            if (error.status() != Status::unavailable && error.status() != Status::timeout) throw;
            throw UserError("Sorry, " + error.reason() + ".");
        }
        throw UserError("There is no file in the message.");
    }

    // Stores bytes to be sent, several times perhaps; answers with a reference for Outgoing::media_ref.
    std::string create(std::string_view bytes, std::string_view mime = {}) const {
        detail::Collector reference;
        detail::check(link_, table_->create(link_.call, detail::str(bytes), detail::str(mime), reference.sink()),
                      "media.create");
        return reference.text();
    }

    // The text of a document (PDF, Word, Excel, PowerPoint, OpenDocument, CSV, plain text), pages and sheets marked,
    // 1 MiB at most. No reference: of the incoming file; empty when the message has none. ServiceError with
    // Status::unsupported: no text can be read from such a file; Status::invalid: it is damaged, locked or a trap, and
    // reason() has words for the user.
    std::optional<std::string> text(std::string_view reference = {}) const {
        const auto ask = detail::offered(table_, &parley_media::text, "media.text");
        detail::Collector answer;
        if (!detail::found(link_, ask(link_.call, detail::str(reference), answer.sink()), "media.text")) {
            return std::nullopt;
        }
        return answer.text();
    }

private:
    std::optional<std::string> ask(parley_status (*question)(parley_call*, parley_sink), const char* what) const {
        detail::Collector answer;
        if (!detail::found(link_, question(link_.call, answer.sink()), what)) return std::nullopt;
        return answer.text();
    }

    detail::Link link_;
    const parley_media* table_;
};

}  // namespace parley
