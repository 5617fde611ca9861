/* parley/abi/plugin.h - what a plugin is: a table of hooks, and the commands it implements.
 *
 * Order of life: create -> [migrate] -> start -> { preprocess | handle | timer | hook }* -> stop -> destroy.
 * The new generation of a reloaded plugin is started before the old one is stopped: both exist for a moment.
 */
#ifndef PARLEY_ABI_PLUGIN_H
#define PARLEY_ABI_PLUGIN_H

#include "base.h"
#include "message.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One way to use a command, for the generated help. */
typedef struct parley_usage {
    uint32_t size;
    parley_str arguments;       /* "-a [number] [number] ...", empty for none */
    parley_str description;     /* "Add admins." */
    const parley_str* examples; /* arguments only: "-a 923201234567" */
    size_t example_count;
} parley_usage;

enum {
    PARLEY_COMMAND_ADMIN = 1u << 0,    /* only by admins, behind the admin prefix */
    PARLEY_COMMAND_INTERNAL = 1u << 1, /* works, but is not listed in /help */
    PARLEY_COMMAND_SERIAL = 1u << 2,   /* of these, timer() and hook() of a plugin, one at a time */
    PARLEY_COMMAND_CONFIRM = 1u << 3   /* reaches others or cannot be undone: when the language model wants to run it,
                                          the person is asked first. Typed by the person it runs at once. */
};

typedef struct parley_command {
    uint32_t size;
    uint32_t flags;             /* PARLEY_COMMAND_... */
    parley_str name;            /* [a-z0-9_-]{1,32}, unique among all plugins */
    parley_str description;     /* one line */
    const parley_usage* usages; /* an array of usage_count elements; element stride is usages[0].size */
    size_t usage_count;
    parley_str note;      /* closing line of the help, or empty */
    uint32_t deadline_ms; /* 0: the host's default; capped by the host */
} parley_command;

/* Filled in by parley_descriptor.create. `size` comes in as the host's sizeof and goes out as the plugin's, the smaller
 * of both counts. A NULL hook means "nothing to do". Hooks are called on host threads, several at once, and may block
 * until their deadline; of handle() of SERIAL commands, and of timer() and hook() of a plugin that has such a command,
 * one at a time. A hook must not let an exception out and must not leave threads of its own running after stop(). */
typedef struct parley_plugin {
    uint32_t size;
    void* self;

    /* Read by the host in the trial load, where there is no start(), and after start(). The address, the count and the
     * names hold from create() on; from start() on nothing changes until destroy(). Stride is commands[0].size. */
    const parley_command* commands;
    size_t command_count;

    /* Check yourself and get ready. Not PARLEY_OK: the plugin is refused and the older generation keeps serving. */
    parley_status (*start)(void* self, parley_call* call);

    /* Sees every message of every chat before commands are looked for, in the order of plugin ids, and may rewrite its
     * text by putting the new one into `rewritten` once. Keep it quick: it is on the way of every message. */
    parley_status (*preprocess)(void* self, parley_call* call, const parley_message* message, parley_sink rewritten);

    /* Runs a command. Replies, storage writes and timers take effect together, and only if it returns PARLEY_OK. */
    parley_status (*handle)(void* self, parley_call* call, const parley_message* message);

    /* A timer set by this plugin is due. Same rules as handle(). */
    parley_status (*timer)(void* self, parley_call* call, const parley_message* message);

    /* Bring stored data from an older version's form to this one's; before start(), when the version changed. Its
     * storage writes are committed only if start() succeeds as well. */
    parley_status (*migrate)(void* self, parley_call* call, parley_str from_version);

    void (*stop)(void* self);    /* no hook runs any more and none will */
    void (*destroy)(void* self); /* frees self; the library may be unmapped when it returns */

    /* Optional hooks of later revisions, by name; NULL for those not known. May itself be NULL. */
    const void* (*extension)(void* self, parley_str name);

    /* An outside system has posted to /hooks/<id of this plugin>. message->text is the body, message->payload the rest
     * of the request, see message.h. It was answered already: whatever becomes of it is for the admins to see. Same
     * rules as handle(), but there is no sender and no chat: name whom to write to. Timers set here fire without a chat
     * as well. NULL: this plugin takes no posts. */
    parley_status (*hook)(void* self, parley_call* call, const parley_message* message);
} parley_plugin;

#ifdef __cplusplus
}
#endif
#endif
