// The services of a host without a host: a fresh database, an empty media store, and one handling of one message.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "db/store/repositories.hpp"
#include "media/voice.hpp"
#include "net/client.hpp"
#include "net/loop.hpp"
#include "parley/abi/services/media.h"
#include "parley/abi/services/messaging.h"
#include "parley/abi/services/settings.h"
#include "parley/abi/services/storage.h"
#include "parley/abi/services/timers.h"
#include "parley/abi/services/users.h"
#include "services/services.hpp"
#include "services/table.hpp"
#include "support/fake_model.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"

namespace parley::test {

class ServiceFixture {
public:
    ServiceFixture()
        : options(TestDatabase::options(TestDatabase::instance().migrated_database())),
          pool(options, Logger()),
          loop(Logger()),
          client(loop, {}, Logger()),
          vault(Secret(std::string(32, 'k'))),
          settings(vault),
          media(directory.path() + "/media"),
          documents(media, "/bin/false"),
          pictures(media, media::find_ffmpeg()),
          services({pool, client, loop, settings, media, documents, pictures, zones, Logger(),
                    [this](const Inbound&, std::chrono::steady_clock::time_point deadline) -> Result<Media> {
                        fetch_deadline = deadline;
                        return fetched;
                    },
                    [](AccountId, const std::string&, const std::string&, bool) {},
                    [this](AccountId, bool available) -> Result<void> {
                        if (!can_correct) return make_error(Errc::unsupported, "it shows no presence");
                        presence += available ? "+" : "-";
                        return {};
                    },
                    [](AccountId, std::string_view to) -> Result<std::string> { return std::string(to) + "@s"; },
                    [this](AccountId, OutboundKind) -> Result<void> {
                        if (can_correct) return {};
                        return make_error(Errc::unsupported, "it cannot change what was sent");
                    },
                    model}) {
        message.account = 1;
        message.chat = "923001234567@s";
        message.sender = "923001234567";
        begin();
    }

    // A handling of the same message from the start.
    void begin() {
        state = std::make_unique<services::HandlingState>();
        state->message = &message;
        call = std::make_unique<parley_call>(parley_call{
            services, *state, "plugin", [](std::string_view) { return true; }, {}, {}, std::this_thread::get_id()});
    }

    template <class Table>
    const Table& table(const char* name) const {
        const void* found = services.service(name);
        REQUIRE(found != nullptr);
        return *static_cast<const Table*>(found);
    }
    const parley_storage& storage() const { return table<parley_storage>(PARLEY_STORAGE); }
    const parley_timers& timers() const { return table<parley_timers>(PARLEY_TIMERS); }
    const parley_messaging& messaging() const { return table<parley_messaging>(PARLEY_MESSAGING); }

    // What others write and read in the storage of the plugin.
    void store(const std::string& key, const std::string& json) {
        pool.run([&](pqxx::work& tx) { CHECK(db::write_storage(tx, {{"plugin", key, json, std::nullopt}})); });
    }
    std::string stored(const std::string& key) {
        std::optional<db::StoredValue> value;
        pool.run([&](pqxx::work& tx) { value = db::read_storage(tx, "plugin", key); });
        return value ? value->json : "(none)";
    }

    // Collects what a service puts.
    struct Collected {
        std::vector<std::string> values;
        parley_sink sink() {
            return {&values, [](void* user, parley_str value) {
                        static_cast<std::vector<std::string>*>(user)->emplace_back(value.data, value.size);
                    }};
        }
    };

    Result<Media> fetched = make_error(Errc::not_found, "no media");  // what comes of the message's file
    std::chrono::steady_clock::time_point fetch_deadline;             // until when that was waited for
    bool can_correct = false;                                         // what its channel can do
    std::string presence;                                             // what it was shown as
    TempDirectory directory;
    db::DatabaseOptions options;
    db::Pool pool;
    net::Loop loop;
    net::Client client;
    config::Vault vault;
    config::Settings settings;
    media::Store media;
    extract::Extractor documents;
    media::Pictures pictures;
    services::PhoneZones zones;
    FakeModel model;
    services::Services services;
    Inbound message;
    std::unique_ptr<services::HandlingState> state;
    std::unique_ptr<parley_call> call;
};

}  // namespace parley::test
