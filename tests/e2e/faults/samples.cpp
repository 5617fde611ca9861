#include "faults/samples.hpp"

namespace parley::e2e::faults {
namespace {

namespace json = boost::json;

json::object object(const std::string& text) {
    return json::parse(text).as_object();
}

Sample plain(const std::string& name, const std::string& body) {
    return {name, object(body)};
}

Sample structured(const std::string& kind, const std::string& name, const std::string& payload) {
    return {name, object(R"({"kind":")" + kind + R"(","payload":)" + payload + "}")};
}

Sample file(const std::string& name, const std::string& mime, const std::string& head, const std::string& more = "") {
    return {name, object(R"({"kind":"media","name":")" + name + "\"" + more + "}"), head, mime};
}

// As files of these types begin. They need not be whole: nobody here plays them.
template <std::size_t size>
std::string bytes(const char (&text)[size]) {
    return std::string(text, size - 1);
}
const std::string jpeg = bytes("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0");
const std::string mp4 = bytes(
    "\0\0\0\x18"
    "ftypmp42\0\0\0\0mp42isom");
const std::string mp3 = bytes("ID3\3\0\0\0\0\0\0\xff\xfb\x90\x64\0\0");
const std::string opus =
    "OggS" + bytes("\0\2") + std::string(20, '\0') + bytes("\1\x13OpusHead\1\1\x38\1\x80\xbb\0\0\0\0\0");

}  // namespace

const std::vector<Sample>& samples() {
    static const std::vector<Sample> all = [] {
        std::vector<Sample> list{
            plain("text", R"({"kind":"text","text":"5 < 6 & grüße 👍"})"),
            plain("quotation", R"({"kind":"text","text":"as you said","reply_to":"-"})"),
            plain("reaction", R"({"kind":"reaction","text":"👍","reply_to":"-"})"),
            plain("link", R"({"kind":"link","link":"https://example.com/map?a=b&c=d","text":"the map"})"),
            plain("linked picture", R"({"kind":"media","link":"https://example.com/a.png","text":"look"})"),
            plain("linked sticker", R"({"kind":"media","link":"https://example.com/a.webp"})"),
            structured("location", "location", R"({"latitude":51.5,"longitude":-0.12,"name":"Office","address":"1"})"),
            structured("location", "bare location", R"({"latitude":51.5,"longitude":-0.12})"),
            structured(
                "contacts", "contacts",
                R"([{"name":{"formatted_name":"Bob","first_name":"Bob"},"phones":[{"phone":"+447700900456"}]}])"),
            structured("interactive", "buttons",
                       R"({"type":"button","body":{"text":"Go?"},"action":{"buttons":[)"
                       R"({"type":"reply","reply":{"id":"y","title":"Yes"}}]}})"),
            structured("interactive", "list",
                       R"({"type":"list","body":{"text":"When?"},"action":{"button":"Choose","sections":[)"
                       R"({"title":"Day","rows":[{"id":"a","title":"Monday","description":"at 9"}]}]}})"),
            structured("interactive", "address button",
                       R"({"type":"cta_url","body":{"text":"Read"},"action":{"name":"cta_url","parameters":)"
                       R"({"display_text":"Open","url":"https://example.org"}}})"),
            structured("template", "template",
                       R"({"name":"order","language":{"code":"en_US"},"components":[)"
                       R"({"type":"body","parameters":[{"type":"text","text":"Ada"}]}]})"),
            structured("poll", "poll", R"({"question":"Tea?","options":["yes","no"]})"),
            file("a.jpg", "image/jpeg", jpeg, R"(,"text":"with words")"),
            file("a.mp4", "video/mp4", mp4),
            file("a.mp3", "audio/mpeg", mp3),
            file("voice.ogg", "audio/ogg", opus, R"(,"voice":true)"),
            file("a.pdf", "application/pdf", "%PDF-1.4\n", R"(,"text":"with words")"),
        };
        list.back().twilio_parts = 2;  // it shows no words with a document
        for (const char* body :
             {R"({"kind":"edit","text":"other words","reply_to":"-"})", R"({"kind":"revoke","reply_to":"-"})"}) {
            list.push_back(plain("correction", body));
            list.back().gateway_only = true;
        }
        return list;
    }();
    return all;
}

}  // namespace parley::e2e::faults
