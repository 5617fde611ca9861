#include "app/conversations.hpp"

namespace parley::app {

Conversations::Conversations(Parts parts)
    : attachments_({parts.loop, parts.workers, parts.store, parts.model, parts.files.pictures(),
                    [&files = parts.files](const Inbound& message, SteadyTime deadline, auto done) {
                        files.downloads().when_stored(message, deadline, std::move(done));
                    },
                    [&files = parts.files](const Media& file, UniqueFunction<void(Result<std::string>)> done) {
                        files.documents().read(file.stored,
                                               [done = std::move(done)](Result<extract::Document> document) mutable {
                                                   if (!document) return done(document.error());
                                                   done(document->truncated ? document->text + "\n[the file has more]"
                                                                            : std::move(document->text));
                                               });
                    }}),
      talk_({}, {parts.loop, parts.pool, parts.settings, parts.model, parts.runtime, parts.handlers, parts.handler,
                 parts.zones, parts.show_typing, attachments_, parts.metrics, parts.log}) {
    parts.handler.converse_with(talk_);
    parts.dispatcher.converse_with(talk_);
}

}  // namespace parley::app
