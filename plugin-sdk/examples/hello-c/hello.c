/* A plugin in plain C, on the ABI headers alone: /hello greets the sender by name. */
#include <parley/abi/entry.h>
#include <parley/abi/services/messaging.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) \
    { literal, sizeof(literal) - 1 }

typedef struct hello {
    const parley_host* host;
    const parley_messaging* messaging;
} hello;

static const parley_str examples[] = {STR("")};
static const parley_usage usages[] = {{sizeof(parley_usage), STR(""), STR("Greets you."), examples, 1}};
static const parley_command commands[] = {
    {sizeof(parley_command), 0, STR("hello"), STR("Say hello."), usages, 1, STR(""), 0}};

static parley_status start(void* self, parley_call* call) {
    static const parley_str missing = STR("hello needs the capability \"messaging\"");
    const hello* plugin = self;
    if (plugin->messaging != NULL) return PARLEY_OK;
    plugin->host->report(call, missing);
    return PARLEY_FAILED;
}

static parley_status handle(void* self, parley_call* call, const parley_message* message) {
    const hello* plugin = self;
    const parley_str name = message->sender_name.size > 0 ? message->sender_name : message->sender;
    char text[256];
    const int shown = name.size > 200 ? 200 : (int)name.size;
    const int length = snprintf(text, sizeof(text), "Hello, %.*s!", shown, name.data);

    parley_outgoing reply;
    memset(&reply, 0, sizeof(reply)); /* an empty `to` is the chat of the message */
    reply.size = sizeof(reply);
    reply.kind = PARLEY_OUT_TEXT;
    reply.text.data = text;
    reply.text.size = (size_t)length;
    return plugin->messaging->send(call, &reply);
}

static void destroy(void* self) {
    free(self);
}

static parley_status create(const parley_host* host, parley_plugin* out) {
    static const parley_str messaging = STR(PARLEY_MESSAGING);
    hello* plugin = malloc(sizeof(*plugin));
    if (plugin == NULL) return PARLEY_FAILED;
    plugin->host = host;
    plugin->messaging = host->service(host->context, messaging);

    parley_plugin hooks;
    memset(&hooks, 0, sizeof(hooks));
    hooks.size = out->size < sizeof(hooks) ? out->size : sizeof(hooks);
    hooks.self = plugin;
    hooks.commands = commands;
    hooks.command_count = sizeof(commands) / sizeof(commands[0]);
    hooks.start = start;
    hooks.handle = handle;
    hooks.destroy = destroy;
    memcpy(out, &hooks, hooks.size); /* an older host knows fewer hooks */
    return PARLEY_OK;
}

PARLEY_MANIFEST("hello", "1.0.0", "hello", "messaging");

const parley_descriptor* parley_plugin_entry(void) {
    static const parley_descriptor descriptor = {PARLEY_ABI_MAGIC,
                                                 PARLEY_ABI_MAJOR,
                                                 PARLEY_ABI_MINOR,
                                                 sizeof(parley_descriptor),
                                                 0,
                                                 STR("hello"),
                                                 STR("1.0.0"),
                                                 create};
    return &descriptor;
}
