// The body of POST /send-message/, read while it comes in: JSON, or a form with the fields conversation_id and text and
// the files attachment_picture and attachment_video, which go to disk and never stand in memory.
#pragma once

#include <functional>

#include "core/error.hpp"
#include "core/unique_function.hpp"
#include "core/worker_pool.hpp"
#include "db/store/rooms.hpp"
#include "media/store.hpp"
#include "net/upload.hpp"

namespace parley::app {

// What WhatsApp takes, and so what the bot can pass on.
inline constexpr std::size_t largest_picture = 5u << 20, largest_video = 16u << 20;
inline constexpr std::size_t largest_upload = largest_picture + largest_video + (1u << 20);

// Does the body come as a form, which may have files?
bool is_form(const net::Request& request);

// May the sender talk in that room? Errc::not_found. Asked before a file is stored when the form named the room before
// it. May block. [worker thread]
using MayTalk = std::function<Result<void>(db::RoomId)>;

// [I/O thread] `done` is called once, on the I/O thread: the message without its sender. Errc::invalid, too_large,
// unsupported say what is wrong with it; or what `may_talk` said. `workers` and `store` outlive it.
void receive_message(const net::Request& request, net::Upload& upload, WorkerPool& workers, const media::Store& store,
                     MayTalk may_talk, UniqueFunction<void(Result<db::RoomMessage>)> done);

}  // namespace parley::app
