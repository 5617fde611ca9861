#include "support/gateway_form.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/json_reader.hpp"
#include "net/form.hpp"

namespace parley::e2e {
namespace {

struct Endpoint {
    std::set<std::string> needed, allowed;
    std::string file;  // name of the upload's part
};

const std::map<std::string, Endpoint>& endpoints() {
    static const std::map<std::string, Endpoint> table = {
        {"/send/message", {{"phone", "message"}, {"reply_message_id"}, ""}},
        {"/send/link", {{"phone", "link"}, {"caption"}, ""}},
        {"/send/image", {{"phone"}, {"caption", "reply_message_id"}, "image"}},
        {"/send/video", {{"phone"}, {"caption", "reply_message_id"}, "video"}},
        {"/send/audio", {{"phone"}, {"ptt", "reply_message_id"}, "audio"}},
        {"/send/file", {{"phone"}, {"caption", "reply_message_id"}, "file"}},
        {"/send/chat-presence", {{"phone", "action"}, {}, ""}},
        {"/send/presence", {{"type"}, {}, ""}},
        {"/reaction", {{"phone", "emoji"}, {}, ""}},
        {"/update", {{"phone", "message"}, {}, ""}},
        {"/revoke", {{"phone"}, {}, ""}},
    };
    return table;
}

std::string between(const std::string& text, const std::string& open, char close) {
    const auto at = text.find(open);
    if (at == std::string::npos) return "";
    const auto begin = at + open.size();
    return text.substr(begin, text.find(close, begin) - begin);
}

std::string read_part(const std::string& part, Call& call, const std::string& file) {
    const auto head_end = part.find("\r\n\r\n");
    if (head_end == std::string::npos) return "a part without an end of its headers";
    const std::string head = part.substr(0, head_end + 2), body = part.substr(head_end + 4);
    const std::string name = between(head, "name=\"", '"');
    if (head.find("filename=\"") == std::string::npos) {
        if (!call.fields.emplace(name, body).second) return "field " + name + " comes twice";
        return "";
    }
    if (name != file) return "a file in part " + name;
    call.file_name = between(head, "filename=\"", '"');
    call.file_mime = between(head, "Content-Type: ", '\r');
    call.file_bytes = body;
    return "";
}

std::string read_multipart(const net::Request& request, Call& call, const std::string& file) {
    const std::string type(request.headers.get("Content-Type"));
    const auto at = type.find("boundary=");
    if (type.rfind("multipart/form-data", 0) != 0 || at == std::string::npos) return "content type " + type;
    const std::string boundary = "--" + type.substr(at + 9);
    const std::string body = "\r\n" + request.body;
    auto from = body.find("\r\n" + boundary + "\r\n");
    while (from != std::string::npos) {
        from += boundary.size() + 4;
        const auto end = body.find("\r\n" + boundary, from);
        if (end == std::string::npos) return "the body has no last boundary";
        if (auto wrong = read_part(body.substr(from, end - from), call, file); !wrong.empty()) return wrong;
        if (body.compare(end + 2 + boundary.size(), 2, "--") == 0) {
            const bool has_file = !call.file_name.empty() || !call.field(file + "_url").empty();
            return has_file ? "" : "no file";
        }
        from = end;
    }
    return "the body is no multipart form";
}

std::string read_form(const net::Request& request, Call& call) {
    const std::string type(request.headers.get("Content-Type"));
    if (type != "application/x-www-form-urlencoded") return "content type " + type;
    const auto fields = net::form_decode(request.body);
    if (!fields) return fields.error().message;
    for (const auto& [name, value] : *fields)
        if (!call.fields.emplace(name, value).second) return "field " + name + " comes twice";
    return "";
}

bool is_jid(const std::string& text) {
    const auto at = text.find('@');
    if (at == std::string::npos || at == 0) return false;
    const std::string server = text.substr(at + 1);
    return (server == "s.whatsapp.net" || server == "g.us" || server == "lid") &&
           std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at),
                       [](unsigned char c) { return std::isdigit(c) || c == '-'; });
}

// Polls are the one thing that comes as JSON.
std::string read_poll(const net::Request& request, Call& call) {
    const auto document = parse_json(request.body);
    if (!document) return document.error().message;
    JsonProblem problem;
    const JsonReader root(*document, problem);
    call.fields["phone"] = root["phone"].string();
    call.fields["question"] = root["question"].string();
    for (std::size_t i = 0; i < root["options"].size(); ++i)
        call.fields["options"] += (i > 0 ? "|" : "") + root["options"][i].string();
    if (root["options"].size() < 2) return "fewer than two options";
    if (root["max_answer"].integer() < 1) return "max_answer is less than 1";
    return problem ? problem.error().message : is_jid(call.to()) ? "" : "phone " + call.to() + " is no address";
}

}  // namespace

std::string read_call(const net::Request& request, Call& call) {
    call.path = request.path;
    if (call.path == "/send/poll") return read_poll(request, call);
    const bool about_another = call.path.rfind("/message/", 0) == 0;
    const auto found = endpoints().find(about_another ? call.path.substr(call.path.rfind('/')) : call.path);
    if (found == endpoints().end()) return "no endpoint " + call.path;
    const Endpoint& endpoint = found->second;
    auto wrong = endpoint.file.empty() ? read_form(request, call) : read_multipart(request, call, endpoint.file);
    if (!wrong.empty()) return wrong;
    for (const auto& name : endpoint.needed)
        if (call.field(name).empty()) return "field " + name + " is missing";
    for (const auto& [name, value] : call.fields)
        if (endpoint.needed.count(name) == 0 && endpoint.allowed.count(name) == 0 && name != endpoint.file + "_url")
            return "unknown field " + name;
    if (endpoint.needed.count("phone") > 0 && !is_jid(call.to())) return "phone " + call.to() + " is no address";
    return "";
}

}  // namespace parley::e2e
