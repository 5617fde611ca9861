#include "gpt/tool_calls.hpp"

#include <boost/json/serialize.hpp>

#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::gpt {
namespace {

constexpr std::size_t most_calls = 64;

// "" stands for {}: a function without parameters.
bool is_object(std::string& arguments) {
    if (text::trim(arguments).empty()) arguments = "{}";
    const auto parsed = parse_json(arguments);
    return parsed && parsed->is_object();
}

}  // namespace

ToolCallAssembler::Part* ToolCallAssembler::find(std::optional<std::int64_t> index, const std::string& id,
                                                 const std::string& name) {
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
        const bool same_place = index ? part->index == index : part == parts_.rbegin();
        if (!same_place) continue;
        const bool other_id = !id.empty() && !part->call.id.empty() && part->call.id != id;
        // Names come whole. Some servers repeat the name with every piece; without an id a second name is a second
        // call only when the first one's arguments are complete.
        const bool other_name = id.empty() && !name.empty() && !part->call.name.empty() &&
                                (name != part->call.name || (!part->call.arguments.empty() && [&] {
                                     auto copy = part->call.arguments;
                                     return is_object(copy);
                                 }()));
        return other_id || other_name ? nullptr : &*part;
    }
    return nullptr;
}

ToolCallAssembler::Part* ToolCallAssembler::find_key(const std::string& key) {
    for (auto& part : parts_)
        if (part.key == key) return &part;
    return nullptr;
}

void ToolCallAssembler::add(const boost::json::value& piece) {
    JsonProblem problem;
    const JsonReader read(piece, problem);
    const auto index_field = read["index"];
    const auto index = index_field.present() ? std::optional(index_field.int_or(0)) : std::nullopt;
    const auto id = read["id"].text_or("");
    const auto function = read["function"];
    const auto name = function["name"].string_or("");
    auto* part = find(index, id, name);
    if (!part) {
        if (parts_.size() >= most_calls) return;
        part = &parts_.emplace_back();
        part->index = index;
    }
    if (part->call.id.empty()) part->call.id = id;
    if (part->call.name.empty()) part->call.name = name;
    const auto arguments = function["arguments"];
    std::string text = arguments.object() ? boost::json::serialize(*arguments.value()) : arguments.string_or("");
    bytes_ += text.size() + name.size();
    part->call.arguments += text;
}

void ToolCallAssembler::open(std::string key, std::string id, std::string name) {
    if (find_key(key) || parts_.size() >= most_calls) return;
    auto& part = parts_.emplace_back();
    part.key = std::move(key);
    part.call.id = std::move(id);
    part.call.name = std::move(name);
}

void ToolCallAssembler::append(const std::string& key, std::string_view arguments) {
    auto* part = find_key(key);
    if (!part) return;
    part->call.arguments += arguments;
    bytes_ += arguments.size();
}

void ToolCallAssembler::complete(const std::string& key, std::string_view arguments) {
    auto* part = find_key(key);
    if (!part || arguments.empty()) return;
    if (arguments.size() > part->call.arguments.size()) bytes_ += arguments.size() - part->call.arguments.size();
    part->call.arguments = arguments;
}

ToolCallAssembler::Calls ToolCallAssembler::take() {
    Calls result;
    for (auto& part : parts_) {
        if (part.call.name.empty() || !is_object(part.call.arguments)) {
            ++result.damaged;
            continue;
        }
        if (part.call.id.empty()) part.call.id = "call_" + crypto::random_hex(12);
        result.calls.push_back(std::move(part.call));
    }
    parts_.clear();
    return result;
}

}  // namespace parley::gpt
