// XML as a stream of events, for files that somebody else made: nothing is fetched, no DTD is taken (so that there are
// no entities to multiply), nesting is bounded, and no tree is built.
#pragma once

#include <memory>
#include <string_view>

#include "core/error.hpp"

struct XML_ParserStruct;

namespace parley::extract {

// Names come without their namespace prefix: "p" for "w:p".
class XmlEvents {
public:
    // Names and values in turn, ended by a null pointer, as expat gives them.
    class Attributes {
    public:
        explicit Attributes(const char** pairs) : pairs_(pairs) {}
        // Of the first attribute with this local name; empty when there is none.
        std::string_view operator[](std::string_view local) const;
        // The same, among those with a prefix: "id" finds r:id and not id.
        std::string_view prefixed(std::string_view local) const;

    private:
        const char** pairs_;
    };

    virtual ~XmlEvents() = default;
    virtual void open(std::string_view name, const Attributes& attributes) = 0;
    virtual void close(std::string_view name) = 0;
    virtual void text(std::string_view text) = 0;
};

class XmlReader {
public:
    explicit XmlReader(XmlEvents& events);
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    // The next bytes. Errc::invalid: not well formed, too deep, or with a DTD.
    Result<void> feed(std::string_view bytes);
    Result<void> finish();

private:
    struct Callbacks;
    Result<void> parse(std::string_view bytes, bool last);

    XmlEvents& events_;
    std::unique_ptr<XML_ParserStruct, void (*)(XML_ParserStruct*)> parser_;
    int depth_ = 0;
    const char* refused_ = nullptr;
};

}  // namespace parley::extract
