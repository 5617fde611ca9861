/* The layout of ABI 1, held fixed: if this file does not compile, plugins that people have built no longer run. Fields
 * are only added at the end of a struct, with a line for each of them here; a FIELD or VALUE that is here never changes
 * within one major version, a SIZE only grows. 64-bit platforms, the only ones there are. */
#include "parley/abi/base.h"
#include "parley/abi/entry.h"
#include "parley/abi/host.h"
#include "parley/abi/message.h"
#include "parley/abi/plugin.h"
#include "parley/abi/services/clock.h"
#include "parley/abi/services/gpt.h"
#include "parley/abi/services/http.h"
#include "parley/abi/services/log.h"
#include "parley/abi/services/media.h"
#include "parley/abi/services/messaging.h"
#include "parley/abi/services/plugins.h"
#include "parley/abi/services/settings.h"
#include "parley/abi/services/storage.h"
#include "parley/abi/services/timers.h"
#include "parley/abi/services/users.h"

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "the size of " #type)
#define FIELD(type, field, at) _Static_assert(offsetof(type, field) == (at), "the place of " #type "." #field)
#define VALUE(name, number) _Static_assert((name) == (number), "the value of " #name)

_Static_assert(sizeof(void*) == 8, "64 bit");
VALUE(PARLEY_ABI_MAJOR, 1);
VALUE(PARLEY_ABI_MAGIC, 0x50594C50u);

SIZE(parley_str, 16);
FIELD(parley_str, data, 0);
FIELD(parley_str, size, 8);

SIZE(parley_sink, 16);
FIELD(parley_sink, user, 0);
FIELD(parley_sink, put, 8);

SIZE(parley_message, 288);
FIELD(parley_message, size, 0);
FIELD(parley_message, flags, 4);
FIELD(parley_message, id, 8);
FIELD(parley_message, channel, 24);
FIELD(parley_message, sender, 40);
FIELD(parley_message, sender_name, 56);
FIELD(parley_message, group, 72);
FIELD(parley_message, chat, 88);
FIELD(parley_message, text, 104);
FIELD(parley_message, command, 120);
FIELD(parley_message, arguments, 136);
FIELD(parley_message, usage_prefix, 152);
FIELD(parley_message, reply_to, 168);
FIELD(parley_message, media_kind, 184);
FIELD(parley_message, media_mime, 200);
FIELD(parley_message, media_name, 216);
FIELD(parley_message, payload, 232);
FIELD(parley_message, timestamp_ms, 248);
FIELD(parley_message, timer, 256);
FIELD(parley_message, account, 272);

SIZE(parley_usage, 56);
FIELD(parley_usage, size, 0);
FIELD(parley_usage, arguments, 8);
FIELD(parley_usage, description, 24);
FIELD(parley_usage, examples, 40);
FIELD(parley_usage, example_count, 48);

SIZE(parley_command, 80);
FIELD(parley_command, size, 0);
FIELD(parley_command, flags, 4);
FIELD(parley_command, name, 8);
FIELD(parley_command, description, 24);
FIELD(parley_command, usages, 40);
FIELD(parley_command, usage_count, 48);
FIELD(parley_command, note, 56);
FIELD(parley_command, deadline_ms, 72);

SIZE(parley_plugin, 104);
FIELD(parley_plugin, size, 0);
FIELD(parley_plugin, self, 8);
FIELD(parley_plugin, commands, 16);
FIELD(parley_plugin, command_count, 24);
FIELD(parley_plugin, start, 32);
FIELD(parley_plugin, preprocess, 40);
FIELD(parley_plugin, handle, 48);
FIELD(parley_plugin, timer, 56);
FIELD(parley_plugin, migrate, 64);
FIELD(parley_plugin, stop, 72);
FIELD(parley_plugin, destroy, 80);
FIELD(parley_plugin, extension, 88);
FIELD(parley_plugin, hook, 96);

SIZE(parley_host, 56);
FIELD(parley_host, size, 0);
FIELD(parley_host, abi_major, 4);
FIELD(parley_host, abi_minor, 6);
FIELD(parley_host, version, 8);
FIELD(parley_host, context, 24);
FIELD(parley_host, service, 32);
FIELD(parley_host, report, 40);
FIELD(parley_host, last_error, 48);

SIZE(parley_descriptor, 56);
FIELD(parley_descriptor, magic, 0);
FIELD(parley_descriptor, abi_major, 4);
FIELD(parley_descriptor, abi_minor, 6);
FIELD(parley_descriptor, size, 8);
FIELD(parley_descriptor, flags, 12);
FIELD(parley_descriptor, id, 16);
FIELD(parley_descriptor, version, 32);
FIELD(parley_descriptor, create, 48);

SIZE(parley_local_time, 36);
FIELD(parley_local_time, size, 0);
FIELD(parley_local_time, year, 4);
FIELD(parley_local_time, month, 8);
FIELD(parley_local_time, day, 12);
FIELD(parley_local_time, hour, 16);
FIELD(parley_local_time, minute, 20);
FIELD(parley_local_time, second, 24);
FIELD(parley_local_time, weekday, 28);
FIELD(parley_local_time, utc_offset_s, 32);

SIZE(parley_clock, 40);
FIELD(parley_clock, size, 0);
FIELD(parley_clock, now_ms, 8);
FIELD(parley_clock, sender_zone, 16);
FIELD(parley_clock, to_local, 24);
FIELD(parley_clock, from_local, 32);

SIZE(parley_gpt, 64);
FIELD(parley_gpt, size, 0);
FIELD(parley_gpt, chat, 8);
FIELD(parley_gpt, transcribe, 16);
FIELD(parley_gpt, speak, 24);
FIELD(parley_gpt, draw, 32);
FIELD(parley_gpt, embed, 40);
FIELD(parley_gpt, moderate, 48);
FIELD(parley_gpt, usage, 56);

SIZE(parley_http_header, 32);
FIELD(parley_http_header, name, 0);
FIELD(parley_http_header, value, 16);

SIZE(parley_http_request, 80);
FIELD(parley_http_request, size, 0);
FIELD(parley_http_request, timeout_ms, 4);
FIELD(parley_http_request, max_bytes, 8);
FIELD(parley_http_request, redirects, 12);
FIELD(parley_http_request, method, 16);
FIELD(parley_http_request, url, 32);
FIELD(parley_http_request, headers, 48);
FIELD(parley_http_request, header_count, 56);
FIELD(parley_http_request, body, 64);

SIZE(parley_http_response, 40);
FIELD(parley_http_response, size, 0);
FIELD(parley_http_response, status, 4);
FIELD(parley_http_response, headers, 8);
FIELD(parley_http_response, header_count, 16);
FIELD(parley_http_response, body, 24);

SIZE(parley_http, 16);
FIELD(parley_http, size, 0);
FIELD(parley_http, request, 8);

SIZE(parley_log, 16);
FIELD(parley_log, size, 0);
FIELD(parley_log, write, 8);

SIZE(parley_media, 48);
FIELD(parley_media, size, 0);
FIELD(parley_media, read, 8);
FIELD(parley_media, path, 16);
FIELD(parley_media, reference, 24);
FIELD(parley_media, create, 32);
FIELD(parley_media, text, 40);

SIZE(parley_outgoing, 160);
FIELD(parley_outgoing, size, 0);
FIELD(parley_outgoing, kind, 4);
FIELD(parley_outgoing, flags, 8);
FIELD(parley_outgoing, to, 16);
FIELD(parley_outgoing, text, 32);
FIELD(parley_outgoing, link, 48);
FIELD(parley_outgoing, reply_to, 64);
FIELD(parley_outgoing, media, 80);
FIELD(parley_outgoing, media_ref, 96);
FIELD(parley_outgoing, media_mime, 112);
FIELD(parley_outgoing, media_name, 128);
FIELD(parley_outgoing, payload, 144);

SIZE(parley_messaging, 40);
FIELD(parley_messaging, size, 0);
FIELD(parley_messaging, send, 8);
FIELD(parley_messaging, typing, 16);
FIELD(parley_messaging, quoted, 24);
FIELD(parley_messaging, presence, 32);

SIZE(parley_plugins, 24);
FIELD(parley_plugins, size, 0);
FIELD(parley_plugins, list, 8);
FIELD(parley_plugins, request, 16);

SIZE(parley_settings, 32);
FIELD(parley_settings, size, 0);
FIELD(parley_settings, get, 8);
FIELD(parley_settings, set, 16);
FIELD(parley_settings, list, 24);

SIZE(parley_storage, 40);
FIELD(parley_storage, size, 0);
FIELD(parley_storage, get, 8);
FIELD(parley_storage, put, 16);
FIELD(parley_storage, remove, 24);
FIELD(parley_storage, list, 32);

SIZE(parley_timers, 32);
FIELD(parley_timers, size, 0);
FIELD(parley_timers, set, 8);
FIELD(parley_timers, cancel, 16);
FIELD(parley_timers, list, 24);

SIZE(parley_users, 40);
FIELD(parley_users, size, 0);
FIELD(parley_users, get, 8);
FIELD(parley_users, list, 16);
FIELD(parley_users, groups, 24);
FIELD(parley_users, set_group, 32);

VALUE(PARLEY_OK, 0);
VALUE(PARLEY_FAILED, 1);
VALUE(PARLEY_NOT_FOUND, 2);
VALUE(PARLEY_DENIED, 3);
VALUE(PARLEY_INVALID, 4);
VALUE(PARLEY_TOO_LARGE, 5);
VALUE(PARLEY_NOT_CONFIGURED, 6);
VALUE(PARLEY_UNAVAILABLE, 7);
VALUE(PARLEY_TIMEOUT, 8);
VALUE(PARLEY_GONE, 9);
VALUE(PARLEY_UNSUPPORTED, 10);
VALUE(PARLEY_SEND_HELP, 11);
VALUE(PARLEY_CONFIRM, 12);
VALUE(PARLEY_MESSAGE_ADMIN_COMMAND, 1);
VALUE(PARLEY_MESSAGE_FROM_ADMIN, 2);
VALUE(PARLEY_MESSAGE_REPLAYED, 4);
VALUE(PARLEY_MESSAGE_UNCONFIRMED, 8);
VALUE(PARLEY_COMMAND_ADMIN, 1);
VALUE(PARLEY_COMMAND_INTERNAL, 2);
VALUE(PARLEY_COMMAND_SERIAL, 4);
VALUE(PARLEY_COMMAND_CONFIRM, 8);
VALUE(PARLEY_LOG_DEBUG, 0);
VALUE(PARLEY_LOG_INFO, 1);
VALUE(PARLEY_LOG_WARN, 2);
VALUE(PARLEY_LOG_ERROR, 3);
VALUE(PARLEY_OUT_TEXT, 0);
VALUE(PARLEY_OUT_MEDIA, 1);
VALUE(PARLEY_OUT_LINK, 2);
VALUE(PARLEY_OUT_REACTION, 3);
VALUE(PARLEY_OUT_LOCATION, 4);
VALUE(PARLEY_OUT_CONTACTS, 5);
VALUE(PARLEY_OUT_INTERACTIVE, 6);
VALUE(PARLEY_OUT_TEMPLATE, 7);
VALUE(PARLEY_OUT_POLL, 8);
VALUE(PARLEY_OUT_AS_FILE, 1);
VALUE(PARLEY_OUT_VOICE, 2);
