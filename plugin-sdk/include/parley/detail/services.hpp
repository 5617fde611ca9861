// The service tables that the host granted, looked up once when the instance is made.
#pragma once

#include <string>

#include "../abi/services/clock.h"
#include "../abi/services/gpt.h"
#include "../abi/services/http.h"
#include "../abi/services/log.h"
#include "../abi/services/media.h"
#include "../abi/services/messaging.h"
#include "../abi/services/plugins.h"
#include "../abi/services/settings.h"
#include "../abi/services/storage.h"
#include "../abi/services/timers.h"
#include "../abi/services/users.h"
#include "bridge.hpp"

namespace parley::detail {

struct Services {
    const parley_host* host;
    const parley_clock* clock;
    const parley_gpt* gpt;
    const parley_http* http;
    const parley_log* log;
    const parley_media* media;
    const parley_messaging* messaging;
    const parley_plugins* plugins;
    const parley_settings* settings;
    const parley_storage* storage;
    const parley_timers* timers;
    const parley_users* users;

    explicit Services(const parley_host* from) : host(from) {
        find(clock, PARLEY_CLOCK);
        find(gpt, PARLEY_GPT);
        find(http, PARLEY_HTTP);
        find(log, PARLEY_LOG);
        find(media, PARLEY_MEDIA);
        find(messaging, PARLEY_MESSAGING);
        find(plugins, PARLEY_PLUGINS);
        find(settings, PARLEY_SETTINGS);
        find(storage, PARLEY_STORAGE);
        find(timers, PARLEY_TIMERS);
        find(users, PARLEY_USERS);
    }

private:
    template <class Table>
    void find(const Table*& table, const char* name) {
        table = static_cast<const Table*>(host->service(host->context, str(name)));
    }
};

template <class Table>
const Table* granted(const Table* table, const char* capability) {
    if (table == nullptr) throw ServiceMissing(capability);
    return table;
}

}  // namespace parley::detail
