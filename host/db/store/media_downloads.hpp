// The queue of files that are to be fetched, and what became of them. All functions run in the transaction they are
// given. [database or handler threads, block]
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

struct Download {
    Inbound message;
    int attempts = 0;
};

// Whose time has come, longest waiting first. Reading takes nothing away.
std::vector<Download> read_due_downloads(pqxx::work& tx, std::size_t limit);
// In how many milliseconds the next one after those is due; nothing: there is none.
std::optional<std::int64_t> next_download(pqxx::work& tx);

// The three ways an attempt ends. The first two leave their words in the message's row.
void finish_download(pqxx::work& tx, MessageId message, const Media& media);
void give_up_download(pqxx::work& tx, MessageId message, const std::string& why);
void postpone_download(pqxx::work& tx, MessageId message, int attempts, std::int64_t wait_ms, const std::string& why);

// What is known of the file of a message: `media.stored` when it is there, or `problem` when it was given up.
struct FileState {
    Media media;
    std::string problem;
};
std::optional<FileState> read_file_state(pqxx::work& tx, MessageId message);

// The stored files that messages in inbox and outbox are about.
std::set<std::string, std::less<>> read_needed_files(pqxx::work& tx);
// Rows whose messages are too old to be asked for, or gone.
void forget_old_downloads(pqxx::work& tx);

}  // namespace parley::db
