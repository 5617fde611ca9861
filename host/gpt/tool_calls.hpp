// Tool calls put together from the pieces of a stream, with what servers get wrong mended: indexes missing or all 0,
// ids missing, arguments as an object. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gpt/model.hpp"

namespace parley::gpt {

class ToolCallAssembler {
public:
    // One entry of `delta.tool_calls` or `message.tool_calls`. Pieces of one call have one index; another id under the
    // same index opens a new call, and so does a piece without an index that has an id or a name of its own.
    void add(const boost::json::value& piece);

    // For the Responses dialect, where each piece names its call. `arguments` in full replace what was gathered.
    void open(std::string key, std::string id, std::string name);
    void append(const std::string& key, std::string_view arguments);
    void complete(const std::string& key, std::string_view arguments);

    bool empty() const { return parts_.empty(); }
    std::size_t bytes() const { return bytes_; }

    // The calls, with ids where there were none. What has no name, or arguments that are no JSON object, is left out:
    // `damaged` says how many.
    struct Calls {
        std::vector<ToolCall> calls;
        std::size_t damaged = 0;
    };
    Calls take();

private:
    struct Part {
        std::optional<std::int64_t> index;
        std::string key;
        ToolCall call;
    };

    Part* find(std::optional<std::int64_t> index, const std::string& id, const std::string& name);
    Part* find_key(const std::string& key);

    std::vector<Part> parts_;
    std::size_t bytes_ = 0;
};

}  // namespace parley::gpt
