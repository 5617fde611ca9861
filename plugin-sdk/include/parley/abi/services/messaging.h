/* parley/abi/services/messaging.h - "parley.messaging/1", capability "messaging": say something. */
#ifndef PARLEY_ABI_SERVICES_MESSAGING_H
#define PARLEY_ABI_SERVICES_MESSAGING_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_MESSAGING "parley.messaging/1"

enum {
    PARLEY_OUT_TEXT = 0,     /* text */
    PARLEY_OUT_MEDIA = 1,    /* media_..., text is the caption; the channel picks image, video, audio or file by type */
    PARLEY_OUT_LINK = 2,     /* link, text is the caption */
    PARLEY_OUT_REACTION = 3, /* text is the emoji (empty takes it back), reply_to the message reacted to */
    /* The rest have a payload: the JSON object of that name of WhatsApp's Cloud API. Channels that cannot show one say
     * the same in words. */
    PARLEY_OUT_LOCATION = 4,    /* {"latitude":..,"longitude":..,"name":..,"address":..} */
    PARLEY_OUT_CONTACTS = 5,    /* [{"name":{"formatted_name":..},"phones":[{"phone":..}]}] */
    PARLEY_OUT_INTERACTIVE = 6, /* {"type":"button","body":{"text":..},"action":{"buttons":[..]}}, lists, links */
    PARLEY_OUT_TEMPLATE = 7,    /* {"name":..,"language":{"code":..},"components":[..]} */
    PARLEY_OUT_POLL = 8,        /* {"question":..,"options":[..],"max_answers":1} */
    /* Change a message of the bot's own that was sent before: reply_to names it. PARLEY_UNSUPPORTED where the channel
     * cannot: of WhatsApp's ways in, gateways alone can. */
    PARLEY_OUT_EDIT = 9,   /* text is what it shall say */
    PARLEY_OUT_REVOKE = 10 /* for everybody */
};

enum {
    PARLEY_OUT_AS_FILE = 1u << 0, /* media as a plain file, whatever its type */
    PARLEY_OUT_VOICE = 1u << 1    /* audio as a voice note (ogg/opus) */
};

typedef struct parley_outgoing {
    uint32_t size;
    uint32_t kind;         /* PARLEY_OUT_... */
    uint32_t flags;        /* PARLEY_OUT_AS_FILE ... */
    parley_str to;         /* empty: the chat of the message being handled; else digits or a full chat id */
    parley_str text;       /* at most 262,144 bytes of UTF-8 */
    parley_str link;       /* http(s) URL */
    parley_str reply_to;   /* provider id of the message to quote, react to, edit or revoke */
    parley_str media;      /* the bytes, at most 64 MiB; or empty with media_ref */
    parley_str media_ref;  /* a reference from parley.media/1 instead of bytes */
    parley_str media_mime; /* empty: detected */
    parley_str media_name; /* file name to show */
    parley_str payload;    /* JSON of the structured kinds */
} parley_outgoing;

typedef struct parley_messaging {
    uint32_t size;

    /* [hook thread] Joins the effects of this handling: sent, in this order, once they are committed. Does not block.
     * PARLEY_INVALID: nothing to send, bad recipient or bad UTF-8. PARLEY_TOO_LARGE: over a limit above or more than
     * 100,000 messages in one handling. */
    parley_status (*send)(parley_call* call, const parley_outgoing* message);

    /* [hook thread] Show or hide "typing..." in a chat (empty: this one), now and without any promise. */
    parley_status (*typing)(parley_call* call, parley_str to, int32_t on);

    /* [hook thread, may block] The message of this chat that the present one quotes: {"text":"...","sender":"...",
     * "from_bot":false,"media_kind":"image","media_mime":"...","media_name":"...","media":"<reference>"}. Without a
     * file the media members are empty; "media" is as well while its file is not here. PARLEY_NOT_FOUND: it quotes
     * none, or one that this host does not know. */
    parley_status (*quoted)(parley_call* call, parley_sink json);

    /* [hook thread] Show the account of the message being handled as being there (1) or as away (0), now and without
     * any promise. PARLEY_UNSUPPORTED: its channel shows nothing of the kind. */
    parley_status (*presence)(parley_call* call, int32_t available);
} parley_messaging;

#ifdef __cplusplus
}
#endif
#endif
