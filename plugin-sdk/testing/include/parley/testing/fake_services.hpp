// The service tables of a fake host: parley.storage/1 and so on over the maps of a World.
#pragma once

#include <algorithm>
#include <chrono>
#include <string_view>

#include "fake_directory.hpp"
#include "fake_gpt.hpp"
#include "parley/detail/services.hpp"
#include "world.hpp"

namespace parley::testing::services {

using detail::copy;
using detail::str;
using detail::view;

inline void put(parley_sink sink, std::string_view value) {
    sink.put(sink.user, str(value));
}

inline parley_status send(parley_call* raw, const parley_outgoing* message) {
    auto& call = Call::of(raw);
    if (message->to.size == 0 && call.chat.rfind("hook:", 0) == 0) {
        return call.fail(PARLEY_INVALID, "a post has no chat to reply in: name a recipient");
    }
    Outgoing out;
    out.kind = static_cast<Outgoing::Kind>(message->kind);
    out.to = message->to.size == 0 ? call.chat : copy(message->to);
    out.text = copy(message->text);
    out.link = copy(message->link);
    out.reply_to = copy(message->reply_to);
    out.media = copy(message->media);
    out.media_ref = copy(message->media_ref);
    out.media_mime = copy(message->media_mime);
    out.media_name = copy(message->media_name);
    out.as_file = (message->flags & PARLEY_OUT_AS_FILE) != 0;
    out.voice = (message->flags & PARLEY_OUT_VOICE) != 0;
    out.payload = copy(message->payload);
    if (out.text.size() > 262'144) return call.fail(PARLEY_TOO_LARGE, "the text is over 262,144 bytes");
    const bool about_another =
        out.kind == Outgoing::Kind::reaction || out.kind == Outgoing::Kind::edit || out.kind == Outgoing::Kind::revoke;
    const bool nothing = (out.kind == Outgoing::Kind::text && out.text.empty()) ||
                         (out.kind == Outgoing::Kind::media && out.media.empty() && out.media_ref.empty()) ||
                         (out.kind == Outgoing::Kind::link && out.link.empty()) ||
                         (out.kind == Outgoing::Kind::edit && out.text.empty()) ||
                         (about_another && out.reply_to.empty());
    if (nothing) return call.fail(PARLEY_INVALID, "there is nothing to send");
    if (!out.media_ref.empty() && call.world.media.count(out.media_ref) == 0) {
        return call.fail(PARLEY_INVALID, "no such media reference");
    }
    if (!out.media_ref.empty()) out.media = call.world.media[out.media_ref];
    call.sent.push_back(std::move(out));
    return PARLEY_OK;
}

inline parley_status typing(parley_call*, parley_str, int32_t) {
    return PARLEY_OK;
}

inline parley_status presence(parley_call*, int32_t) {
    return PARLEY_OK;
}

inline parley_status quoted(parley_call* raw, parley_sink json) {
    auto& call = Call::of(raw);
    const auto& from = call.message.quoted;
    if (!from) return call.fail(PARLEY_NOT_FOUND, "the message quotes none");
    Json answer = Json::object();
    answer["text"] = from->text;
    answer["sender"] = from->sender;
    answer["from_bot"] = from->from_bot;
    answer["media_kind"] = from->media_kind;
    answer["media_mime"] = from->media_mime;
    answer["media_name"] = from->media_name;
    answer["media"] = from->media;
    put(json, answer.dump());
    return PARLEY_OK;
}

// PARLEY_OK: the incoming file is there.
inline parley_status find_media(Call& call) {
    if (call.message.media_kind.empty()) return call.fail(PARLEY_NOT_FOUND, "the message has no file");
    if (call.message.media_problem.empty()) return PARLEY_OK;
    return call.fail(PARLEY_UNAVAILABLE, "the file could not be fetched: " + call.message.media_problem);
}

inline parley_status media_read(parley_call* raw, parley_sink bytes) {
    auto& call = Call::of(raw);
    if (const auto status = find_media(call); status != PARLEY_OK) return status;
    put(bytes, call.message.media);
    return PARLEY_OK;
}

inline parley_status media_path(parley_call* raw, parley_sink) {
    return Call::of(raw).fail(PARLEY_UNSUPPORTED, "the fake host keeps no files, use read()");
}

inline parley_status media_reference(parley_call* raw, parley_sink reference) {
    auto& call = Call::of(raw);
    if (const auto status = find_media(call); status != PARLEY_OK) return status;
    const auto name = "incoming-" + call.message.id;
    call.world.media[name] = call.message.media;
    put(reference, name);
    return PARLEY_OK;
}

inline parley_status media_create(parley_call* raw, parley_str bytes, parley_str, parley_sink reference) {
    put(reference, keep_media(Call::of(raw), copy(bytes)));
    return PARLEY_OK;
}

inline parley_status media_text(parley_call* raw, parley_str reference, parley_sink text) {
    auto& call = Call::of(raw);
    if (reference.size == 0) {
        if (const auto status = find_media(call); status != PARLEY_OK) return status;
    }
    if (reference.size > 0 && call.world.media.count(copy(reference)) == 0) {
        return call.fail(PARLEY_INVALID, "no such media reference");
    }
    if (!call.world.document_text) return call.fail(PARLEY_UNSUPPORTED, "no text can be read from such a file");
    try {
        put(text,
            call.world.document_text(reference.size > 0 ? call.world.media[copy(reference)] : call.message.media));
    } catch (const ServiceError& error) {
        return call.fail(static_cast<parley_status>(error.status()), error.reason());
    }
    return PARLEY_OK;
}

inline parley_status storage_get(parley_call* raw, parley_str key, parley_sink value) {
    auto& call = Call::of(raw);
    const auto visible = call.visible_storage();
    const auto found = visible.find(copy(key));
    if (found == visible.end()) return call.fail(PARLEY_NOT_FOUND, "no such key");
    put(value, found->second);
    return PARLEY_OK;
}

inline parley_status storage_put(parley_call* raw, parley_str key, parley_str json) {
    auto& call = Call::of(raw);
    if (key.size == 0 || key.size > 512) return call.fail(PARLEY_INVALID, "a key has 1 to 512 bytes");
    if (json.size > 1024 * 1024) return call.fail(PARLEY_TOO_LARGE, "the value is over 1 MiB");
    try {
        Json::parse(view(json));
    } catch (const JsonError& error) {
        return call.fail(PARLEY_INVALID, error.what());
    }
    call.storage[copy(key)] = copy(json);
    return PARLEY_OK;
}

inline parley_status storage_remove(parley_call* raw, parley_str key) {
    Call::of(raw).storage[copy(key)] = std::nullopt;
    return PARLEY_OK;
}

inline parley_status storage_list(parley_call* raw, parley_str prefix, parley_str after, uint32_t limit,
                                  parley_sink pairs) {
    if (limit == 0 || limit > 1'000) limit = 1'000;
    for (const auto& [key, value] : Call::of(raw).visible_storage()) {
        if (key.compare(0, prefix.size, view(prefix)) != 0 || std::string_view(key) <= view(after)) continue;
        if (limit-- == 0) break;
        put(pairs, key);
        put(pairs, value);
    }
    return PARLEY_OK;
}

inline parley_status timer_set(parley_call* raw, parley_str name, int64_t due_ms, parley_str payload) {
    auto& call = Call::of(raw);
    if (name.size == 0 || name.size > 128) return call.fail(PARLEY_INVALID, "a timer's name has 1 to 128 bytes");
    call.timers.emplace_back(copy(name), FakeTimer{copy(name), call.chat, copy(payload), due_ms, call.message});
    return PARLEY_OK;
}

inline parley_status timer_cancel(parley_call* raw, parley_str name) {
    Call::of(raw).timers.emplace_back(copy(name), std::nullopt);
    return PARLEY_OK;
}

inline parley_status timer_list(parley_call* raw, parley_sink json) {
    auto& call = Call::of(raw);
    auto timers = call.world.timers;
    std::sort(timers.begin(), timers.end(), [](const auto& a, const auto& b) { return a.due_ms < b.due_ms; });
    for (const auto& timer : timers) {
        if (timer.chat != call.chat) continue;
        Json entry = Json::object();
        entry["name"] = timer.name;
        entry["due_ms"] = timer.due_ms;
        entry["payload"] = Json::parse(timer.payload);
        put(json, entry.dump());
    }
    return PARLEY_OK;
}

inline parley_status http_request(parley_call* raw, const parley_http_request* from, void* user,
                                  void (*done)(void*, const parley_http_response*)) {
    auto& call = Call::of(raw);
    if (!call.world.http) return call.fail(PARLEY_UNAVAILABLE, "the fake host has no network: set host.world().http");
    HttpRequest request{copy(from->method), copy(from->url), {}, copy(from->body), {},
                        from->max_bytes,    from->redirects};
    for (std::size_t i = 0; i < from->header_count; ++i) {
        request.headers.emplace_back(copy(from->headers[i].name), copy(from->headers[i].value));
    }
    const auto answer = call.world.http(request);
    std::vector<parley_http_header> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({str(name), str(value)});
    const parley_http_response response{sizeof(response), answer.status, headers.data(), headers.size(),
                                        str(answer.body)};
    done(user, &response);
    return PARLEY_OK;
}

inline void log_write(parley_call* raw, int32_t level, parley_str text) {
    static constexpr const char* names[] = {"debug", "info", "warn", "error"};
    Call::of(raw).world.log.push_back(std::string(names[std::clamp(level, 0, 3)]) + ": " + copy(text));
}

inline int64_t clock_now(parley_call* raw) {
    return Call::of(raw).world.now_ms;
}

inline parley_status clock_sender_zone(parley_call* raw, parley_sink zone) {
    put(zone, Call::of(raw).world.sender_zone);
    return PARLEY_OK;
}

inline parley_status clock_to_local(parley_call* raw, parley_str zone, int64_t unix_ms, parley_local_time* out) {
    using namespace std::chrono;
    auto& call = Call::of(raw);
    if (call.world.utc_offsets.count(copy(zone)) == 0) return call.fail(PARLEY_NOT_FOUND, "no such zone");
    const int offset = call.world.utc_offset(copy(zone), unix_ms);
    const sys_time<milliseconds> local{milliseconds(unix_ms) + seconds(offset)};
    const auto day = floor<days>(local);
    const year_month_day date(day);
    const hh_mm_ss time(floor<seconds>(local - day));
    *out = {sizeof(*out),
            int(date.year()),
            static_cast<int32_t>(unsigned(date.month())),
            static_cast<int32_t>(unsigned(date.day())),
            static_cast<int32_t>(time.hours().count()),
            static_cast<int32_t>(time.minutes().count()),
            static_cast<int32_t>(time.seconds().count()),
            static_cast<int32_t>(weekday(day).c_encoding()),
            offset};
    return PARLEY_OK;
}

inline parley_status clock_from_local(parley_call* raw, parley_str zone, const parley_local_time* local,
                                      int64_t* unix_ms) {
    using namespace std::chrono;
    auto& call = Call::of(raw);
    if (call.world.utc_offsets.count(copy(zone)) == 0) return call.fail(PARLEY_NOT_FOUND, "no such zone");
    const year_month_day date(year(local->year), month(static_cast<unsigned>(local->month)),
                              day(static_cast<unsigned>(local->day)));
    if (!date.ok()) return call.fail(PARLEY_INVALID, "no such day");
    const auto at = sys_days(date) + hours(local->hour) + minutes(local->minute) + seconds(local->second);
    *unix_ms = call.world.moment(copy(zone), duration_cast<milliseconds>(at.time_since_epoch()).count());
    return PARLEY_OK;
}

// The table by its name if its capability is granted; the log and the clock always are.
inline const void* find(const World& world, std::string_view name) {
    static const parley_messaging messaging{sizeof(messaging), send, typing, quoted, presence};
    static const parley_media media{sizeof(media), media_read, media_path, media_reference, media_create, media_text};
    static const parley_storage storage{sizeof(storage), storage_get, storage_put, storage_remove, storage_list};
    static const parley_timers timers{sizeof(timers), timer_set, timer_cancel, timer_list};
    static const parley_http http{sizeof(http), http_request};
    static const parley_gpt gpt{sizeof(gpt), gpt_chat,  gpt_transcribe, gpt_speak,
                                gpt_draw,    gpt_embed, gpt_moderate,   gpt_usage};
    static const parley_log log{sizeof(log), log_write};
    static const parley_clock clock{sizeof(clock), clock_now, clock_sender_zone, clock_to_local, clock_from_local};
    static const parley_settings settings{sizeof(settings), settings_get, settings_set, settings_list};
    static const parley_users users{sizeof(users), users_get, users_list, users_groups, users_set_group};
    static const parley_plugins plugins{sizeof(plugins), plugins_list, plugins_request};

    const auto granted = [&](const char* capability) { return world.granted.count(capability) > 0; };
    if (name == PARLEY_LOG) return &log;
    if (name == PARLEY_CLOCK) return &clock;
    if (name == PARLEY_MESSAGING && granted("messaging")) return &messaging;
    if (name == PARLEY_MEDIA && granted("media")) return &media;
    if (name == PARLEY_STORAGE && granted("storage")) return &storage;
    if (name == PARLEY_TIMERS && granted("timers")) return &timers;
    if (name == PARLEY_HTTP && granted("http")) return &http;
    if (name == PARLEY_GPT && granted("gpt")) return &gpt;
    if (name == PARLEY_SETTINGS && (granted("settings") || granted("settings.write"))) return &settings;
    if (name == PARLEY_USERS && granted("users")) return &users;
    if (name == PARLEY_PLUGINS && granted("plugins")) return &plugins;
    return nullptr;
}

}  // namespace parley::testing::services
