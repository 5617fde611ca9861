// What one exchange with a model has brought so far, and who reads it in which dialect. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <optional>
#include <string>

#include "gpt/errors.hpp"
#include "gpt/model.hpp"
#include "gpt/profile.hpp"
#include "gpt/tool_calls.hpp"

namespace parley::gpt {

struct Reply {
    std::string text;     // with thoughts, as it came
    std::string refusal;  // the model's own words for "no"
    std::string model;
    enum class End { none, stop, length, filtered } end = End::none;  // none: no word that it is complete
    ToolCallAssembler calls;
    std::optional<Usage> usage;
    std::optional<ProviderError> error;  // that came inside a 200
    std::size_t thought_bytes = 0;       // of reasoning that is not part of the text
    bool over = false;                   // nothing more comes: [DONE], or its like

    // Has the model begun to answer? Then something was used up, and there is no starting again.
    bool begun() const { return !text.empty() || !refusal.empty() || !calls.empty() || thought_bytes > 0; }
};

class ReplyReader {
public:
    virtual ~ReplyReader() = default;

    // An event of a stream; what is no JSON, or nothing known, is left out.
    void event(std::string_view type, std::string_view data);
    // An answer in one piece.
    virtual void whole(const boost::json::value& body) = 0;

    Reply reply;

protected:
    virtual void on_event(std::string_view type, const boost::json::value& data) = 0;
};

// A dialect in which a model is asked.
class Dialect {
public:
    virtual ~Dialect() = default;
    virtual const char* path() const = 0;  // below the endpoint's base
    virtual std::unique_ptr<ReplyReader> reader() const = 0;
    // The request's body: what it says and nothing that it does not, since servers stumble over nulls. Pictures go
    // inside it. `max_tokens` is the limit to send.
    virtual std::string body(const ChatRequest& request, const std::string& model, const Profile& profile,
                             int max_tokens) const = 0;
};

const Dialect& dialect_of(const Profile& profile);
const Dialect& chat_completions();
const Dialect& responses();

// For a model that cannot be bound to a schema: the same in words.
std::string schema_in_words(const ChatRequest& request);

}  // namespace parley::gpt
