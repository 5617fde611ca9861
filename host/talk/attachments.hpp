// What somebody sent beside words, made fit for a language model: a picture to look at, a voice note as the words in
// it, a document as its text. [I/O thread]
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "core/executor.hpp"
#include "core/worker_pool.hpp"
#include "gpt/model.hpp"
#include "media/pictures.hpp"
#include "media/store.hpp"

namespace parley::talk {

struct Attachment {
    std::string said;                // what a voice note says: words of who sent it
    std::string text;                // of a document: words of whoever
    std::vector<gpt::Image> images;  // what is on them: words of whoever
    std::string note;                // what the conversation remembers of it: "[picture]", "[document: plan.pdf]"
    std::string problem;             // words for the sender; then nothing else is set but perhaps the note
    gpt::Usage usage;                // of the transcription
};

// The text of a stored file. `done` may be called on any thread. Errors have words for the sender.
using ReadDocument = std::function<void(const Media& stored, UniqueFunction<void(Result<std::string>)> done)>;
// The stored file of a message, waiting for its download. [I/O thread]
using AwaitFile = std::function<void(const Inbound&, SteadyTime deadline, UniqueFunction<void(Result<Media>)> done)>;

class Attachments {
public:
    struct Parts {
        Executor& executor;
        WorkerPool& workers;
        const media::Store& store;
        gpt::Model& model;
        media::Pictures& pictures;
        AwaitFile await_file;
        ReadDocument read_document;  // empty: documents are not read here
    };
    explicit Attachments(Parts parts);

    // `done` is called once, on the I/O thread, never from inside the call, by the deadline or a little later. Few are
    // read at once, for they are large; the others wait.
    void read(const Inbound& message, const gpt::Asker& asker, SteadyTime deadline,
              UniqueFunction<void(Attachment)> done);

private:
    struct Reading;
    void next();
    void begin(const std::shared_ptr<Reading>& reading);
    void fetched(const std::shared_ptr<Reading>& reading, const Media& file);
    void listen(const std::shared_ptr<Reading>& reading, const Media& file);
    void finish(const std::shared_ptr<Reading>& reading, Attachment attachment);

    Parts parts_;
    std::deque<std::shared_ptr<Reading>> waiting_;
    std::size_t reading_ = 0;
};

}  // namespace parley::talk
