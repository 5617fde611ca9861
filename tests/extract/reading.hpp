// A store and an extractor over it, with the small helper as its child.
#pragma once

#include <string>

#include "extract/extractor.hpp"
#include "support/paths.hpp"
#include "support/temp_directory.hpp"

namespace parley::test {

class Reading {
public:
    media::Store& store() { return store_; }
    extract::Extractor& extractor() { return extractor_; }

    std::string keep(const std::string& bytes) { return store_.put(bytes, "application/octet-stream").value().stored; }

    Result<extract::Document> read(const std::string& bytes) {
        return extractor_.read_now(keep(bytes), std::chrono::steady_clock::now() + std::chrono::seconds(40));
    }
    std::string text(const std::string& bytes) {
        const auto document = read(bytes);
        return document ? document->text : "error: " + document.error().message;
    }

private:
    TempDirectory directory_;
    media::Store store_{directory_.path()};
    extract::Extractor extractor_{store_, binary_path("bin/extract_helper")};
};

}  // namespace parley::test
