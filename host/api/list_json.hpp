// Pages of lists as the API answers them: {"items": [...], "next": "..." | null}. Ids are texts, for they have more
// digits than a JavaScript number holds. What is unknown or does not apply is left out. [any thread]
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "db/store/audit.hpp"
#include "db/store/history.hpp"

namespace parley::api {

// {"id", "time", "account", "direction", "type", "kind", "chat", "sender", "sender_name", "group", "text", "media",
//  "payload", "status", "error", "provider_id", "refers_to", "cause", "trace", "sent_at", "turn"}
std::string to_json(const db::Slice<db::MessageRow>& page);
// {"message", "time", "account", "direction", "chat", "sender", "kind", "mime", "name", "size", "stored"}; `stored` is
// the name in the media store, left out while the file is still at the provider.
std::string to_media_json(const db::Slice<db::MessageRow>& page);
// {"id", "organisation", "name", "phone", "identities": [{"kind", "value"}], "opted_out_at", "first_seen", "last_seen"}
std::string to_json(const db::Slice<db::ContactRow>& page);
// {"id", "account", "type", "payload", "told_at"}
std::string to_json(const db::Slice<db::EventRow>& page);

// {"id", "at", "actor_kind", "actor_id", "actor", "action", "target", "before", "after", "status", "remote"}
std::string to_json(const db::Slice<db::AuditRow>& page);
// One of a page.
std::string to_json(const db::MessageRow& row);
// The same with "pieces": [{"id", "status", "error"}], if there are any.
std::string to_json(const db::MessageRow& row, const std::vector<db::PieceRow>& pieces);
boost::json::array to_json(const std::vector<db::PieceRow>& pieces);
std::string to_json(const db::ContactRow& row);

}  // namespace parley::api
