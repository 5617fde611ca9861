/* parley/abi/entry.h - the one symbol a plugin exports, and its manifest.
 *
 * The manifest is an ELF note (section ".note.parley", name "Parley", type 1) whose description is text, one
 * "key=value" a line:
 *     abi=1.0
 *     id=echo                      [a-z0-9_-]{1,32}
 *     version=1.2.0                shown to admins; a change of it triggers migrate()
 *     commands=echo                space separated
 *     capabilities=messaging media space separated names of the services wanted, see services/
 * The host reads it without running a line of the plugin and refuses the file when it is missing or does not agree with
 * the descriptor.
 */
#ifndef PARLEY_ABI_ENTRY_H
#define PARLEY_ABI_ENTRY_H

#include "base.h"
#include "host.h"
#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parley_descriptor {
    uint32_t magic;     /* PARLEY_ABI_MAGIC */
    uint16_t abi_major; /* PARLEY_ABI_MAJOR */
    uint16_t abi_minor; /* PARLEY_ABI_MINOR */
    uint32_t size;      /* sizeof(parley_descriptor) */
    uint32_t flags;     /* 0 */
    parley_str id;
    parley_str version;

    /* Make an instance. `host` stays valid until destroy(). Services are granted, but calls need a parley_call, so the
     * first are possible in start(). On failure fill nothing. */
    parley_status (*create)(const parley_host* host, parley_plugin* out);
} parley_descriptor;

/* [any thread] Returns static data. The only symbol a plugin exports. */
typedef const parley_descriptor* (*parley_entry_function)(void);

#define PARLEY_ENTRY_SYMBOL "parley_plugin_entry"
#define PARLEY_NOTE_SECTION ".note.parley"
#define PARLEY_NOTE_NAME "Parley"
#define PARLEY_NOTE_MANIFEST 1

#if defined(__GNUC__)
#define PARLEY_EXPORT __attribute__((visibility("default"), used))
#else
#define PARLEY_EXPORT
#endif

PARLEY_EXPORT const parley_descriptor* parley_plugin_entry(void);

#define PARLEY_STRINGIZE_(x) #x
#define PARLEY_STRINGIZE(x) PARLEY_STRINGIZE_(x)

/* Emits the manifest note. Arguments are string literals. Use once per plugin, at namespace scope. */
#define PARLEY_MANIFEST(id_, version_, commands_, capabilities_)                                \
    static const struct {                                                                       \
        uint32_t name_size;                                                                     \
        uint32_t description_size;                                                              \
        uint32_t type;                                                                          \
        char name[8];                                                                           \
        char description[sizeof("abi=" PARLEY_STRINGIZE(PARLEY_ABI_MAJOR) "." PARLEY_STRINGIZE( \
            PARLEY_ABI_MINOR) "\nid=" id_ "\nversion=" version_ "\ncommands=" commands_         \
                              "\ncapabilities=" capabilities_ "\n")];                           \
    } parley_manifest_note __attribute__((section(PARLEY_NOTE_SECTION), used, aligned(4))) = {  \
        sizeof(PARLEY_NOTE_NAME),                                                               \
        sizeof("abi=" PARLEY_STRINGIZE(PARLEY_ABI_MAJOR) "." PARLEY_STRINGIZE(                  \
            PARLEY_ABI_MINOR) "\nid=" id_ "\nversion=" version_ "\ncommands=" commands_         \
                              "\ncapabilities=" capabilities_ "\n"),                            \
        PARLEY_NOTE_MANIFEST, PARLEY_NOTE_NAME,                                                 \
        "abi=" PARLEY_STRINGIZE(PARLEY_ABI_MAJOR) "." PARLEY_STRINGIZE(                         \
            PARLEY_ABI_MINOR) "\nid=" id_ "\nversion=" version_ "\ncommands=" commands_         \
                              "\ncapabilities=" capabilities_ "\n"}

#ifdef __cplusplus
}
#endif
#endif
