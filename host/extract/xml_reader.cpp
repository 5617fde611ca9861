#include "extract/xml_reader.hpp"

#include <expat.h>

#include <new>
#include <string>

namespace parley::extract {
namespace {

constexpr int deepest = 1'000;

std::string_view local_part(std::string_view name) {
    const auto colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

std::string_view XmlEvents::Attributes::operator[](std::string_view local) const {
    for (auto pair = pairs_; *pair; pair += 2)
        if (local_part(pair[0]) == local) return pair[1];
    return {};
}

std::string_view XmlEvents::Attributes::prefixed(std::string_view local) const {
    for (auto pair = pairs_; *pair; pair += 2) {
        const std::string_view name = pair[0];
        if (name.size() > local.size() && local_part(name) == local) return pair[1];
    }
    return {};
}

struct XmlReader::Callbacks {
    static XmlReader& reader(void* user) { return *static_cast<XmlReader*>(user); }

    static void open(void* user, const char* name, const char** pairs) {
        auto& self = reader(user);
        if (self.refused_) return;
        if (++self.depth_ > deepest) return refuse(self, "the file is damaged: it is nested too deep");
        self.events_.open(local_part(name), XmlEvents::Attributes(pairs));
    }
    static void close(void* user, const char* name) {
        auto& self = reader(user);
        if (self.refused_) return;
        --self.depth_;
        self.events_.close(local_part(name));
    }
    static void text(void* user, const char* text, int size) {
        auto& self = reader(user);
        if (!self.refused_) self.events_.text({text, static_cast<std::size_t>(size)});
    }
    static void doctype(void* user, const char*, const char*, const char*, int) {
        refuse(reader(user), "the file holds definitions that no office program writes, and is not read");
    }
    static void refuse(XmlReader& self, const char* why) {
        self.refused_ = why;
        XML_StopParser(self.parser_.get(), XML_FALSE);
    }
};

XmlReader::XmlReader(XmlEvents& events) : events_(events), parser_(XML_ParserCreate(nullptr), &XML_ParserFree) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &Callbacks::open, &Callbacks::close);
    XML_SetCharacterDataHandler(parser_.get(), &Callbacks::text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &Callbacks::doctype);
    // Not from the kernel while it is confined, and against nobody here: what is hashed is this one file's own.
    XML_SetHashSalt(parser_.get(), 0x9e3779b9);
}

XmlReader::~XmlReader() = default;

Result<void> XmlReader::feed(std::string_view bytes) {
    return parse(bytes, false);
}

Result<void> XmlReader::finish() {
    return parse({}, true);
}

Result<void> XmlReader::parse(std::string_view bytes, bool last) {
    if (XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last ? XML_TRUE : XML_FALSE) ==
        XML_STATUS_OK)
        return {};
    if (refused_) return make_error(Errc::invalid, refused_);
    if (XML_GetErrorCode(parser_.get()) == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
    return make_error(Errc::invalid, "the file is damaged and cannot be read");
}

}  // namespace parley::extract
