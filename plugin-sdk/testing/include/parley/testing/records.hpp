// What goes into a fake host and what comes out of it.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "parley/abi/base.h"
#include "parley/messaging.hpp"

namespace parley::testing {

// A message from a user. Only the text is needed most of the time: host.send({.text = "/echo hi"}).
struct Incoming {
    std::string text{};
    std::string sender = "923001234567";
    std::string group{};  // the group's number; empty: a direct chat
    std::string sender_name = "Ali";
    std::string id{};  // empty: "message-1", "message-2", ...
    std::string channel = "terminal";
    std::string reply_to{};
    std::string media_kind{};  // "image", ...
    std::string media_mime{};
    std::string media_name{};
    std::string media{};             // the bytes
    std::string media_problem{};     // why the file cannot be fetched; empty: it can
    std::optional<Quoted> quoted{};  // its file: a name in world().media
    bool replayed = false;
    bool unconfirmed = false;  // the language model asks for this command, and the person has not agreed to it
    std::string chat{};        // empty: that of the sender or the group
    std::string account = "1";
};

// A post of an outside system to /hooks/<plugin>.
struct Posted {
    std::string body{};
    std::string path{};   // behind the plugin's name
    std::string query{};  // without '?'
    std::vector<std::pair<std::string, std::string>> headers{{"content-type", "application/json"}};
};

// How one hook ended and what it did. What it did is empty unless it ended with PARLEY_OK: that is the host's promise.
struct Outcome {
    parley_status status = PARLEY_OK;
    std::string report;          // the words it gave to the host
    std::string command;         // the command that was run, empty when the message was none
    std::string text;            // the message as preprocess() left it
    std::vector<Outgoing> sent;  // answers; also the generated help, or the text of a UserError
    std::vector<std::pair<std::string, std::string>> plugin_requests;  // action, id

    // The text of the one answer.
    const std::string& reply() const {
        if (sent.size() != 1)
            throw std::logic_error(std::to_string(sent.size()) + " answers instead of one; " + report);
        return sent.front().text;
    }
};

struct FakeTimer {
    std::string name, chat, payload;
    std::int64_t due_ms = 0;
    Incoming origin;  // the message whose handling set it
};

struct FakeUser {
    std::string id{}, name{}, user_group = "signedup", group{}, first_seen = "2026-01-01T00:00:00Z";
};

}  // namespace parley::testing
