// A store and an extractor over it, with the small helper as its child.
#pragma once

#include <filesystem>
#include <string>

#include "extract/extractor.hpp"
#include "support/paths.hpp"

namespace parley::test {

class Reading {
public:
    Reading() : store_(make_directory()), extractor_(store_, binary_path("bin/extract_helper")) {}
    ~Reading() {
        std::error_code best_effort;
        std::filesystem::remove_all(directory_, best_effort);
    }

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
    std::string make_directory() {
        directory_ = (std::filesystem::temp_directory_path() / "parley-extract-XXXXXX").string();
        if (mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("no temporary directory");
        return directory_;
    }

    std::string directory_;
    media::Store store_;
    extract::Extractor extractor_;
};

}  // namespace parley::test
