/* parley/abi/message.h - the message a hook is called for. All strings are borrowed for the call. */
#ifndef PARLEY_ABI_MESSAGE_H
#define PARLEY_ABI_MESSAGE_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARLEY_MESSAGE_ADMIN_COMMAND = 1u << 0, /* typed with the admin prefix by an admin */
    PARLEY_MESSAGE_FROM_ADMIN = 1u << 1,    /* the sender is an admin, however the message was typed */
    PARLEY_MESSAGE_REPLAYED = 1u << 2,      /* read back from the database: an earlier handling may have been cut off;
                                               nothing it did is visible */
    PARLEY_MESSAGE_UNCONFIRMED = 1u << 3 /* handle(): the language model asks for this command, and the person has not
                                            agreed to it: PARLEY_CONFIRM may be returned */
};

typedef struct parley_message {
    uint32_t size;
    uint32_t flags;          /* PARLEY_MESSAGE_... */
    parley_str id;           /* the provider's message id */
    parley_str channel;      /* "gateway", "support", "terminal", ... */
    parley_str sender;       /* phone number, digits only: "923001234567" */
    parley_str sender_name;  /* display name, empty if unknown */
    parley_str group;        /* the group's number, empty in a direct chat */
    parley_str chat;         /* where a reply goes: "923001234567@s.whatsapp.net", "1203...@g.us" */
    parley_str text;         /* the whole text or caption; in preprocess() as the earlier plugins left it; hook(): the
                                body as it was posted */
    parley_str command;      /* handle(): the command's name, e.g. "echo"; otherwise empty */
    parley_str arguments;    /* handle(): what follows the command, trimmed, inner spacing kept */
    parley_str usage_prefix; /* handle(): how a user types this command here, e.g. "./echo" or "/admin setting" */
    parley_str reply_to;     /* id of the message this one quotes, or empty */
    parley_str media_kind;   /* "image", "video", "audio", "document", "sticker", or empty */
    parley_str media_mime;   /* as the provider states it, may be empty */
    parley_str media_name;   /* file name for display only, may be empty */
    parley_str payload;      /* timer(): the JSON given to set(); hook(): {"path":"what follows the plugin's name",
                                "query":"a=1","headers":{"content-type":"..."}}, names in lower case, without those
                                that prove who asks; else empty */
    int64_t timestamp_ms;    /* when it was sent (provider's clock) or, unknown, received; timer(): when it was due;
                                Unix milliseconds, UTC */
    parley_str timer;        /* timer(): the timer's name; else empty */
    parley_str account;      /* which of the host's accounts it came to: a name for keys, nothing to show. The same
                                chat may be there in several accounts, which may belong to different organisations */
} parley_message;

#ifdef __cplusplus
}
#endif
#endif
