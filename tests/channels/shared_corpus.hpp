// The corpus of webhook bodies that several projects share, with their signatures, when it lies beside the checkout.
#pragma once

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "channels/fixture_files.hpp"
#include "core/json_reader.hpp"
#include "support/result_printer.hpp"

namespace parley::test {

// The part of one provider: a folder of the corpus.
class SharedCorpus {
public:
    explicit SharedCorpus(std::string folder) : folder_(std::move(folder)) {
        if (!std::filesystem::is_directory(root_ / folder_)) return;
        JsonLimits limits;
        limits.max_bytes = 4u << 20;
        auto index = parse_json(read_whole_file(root_ / "SIGNATURES.json"), limits);
        REQUIRE(index);
        index_ = std::move(*index);
    }

    // True, with a warning, where there is none.
    bool missing() const {
        if (!index_.is_null()) return false;
        WARN("no shared corpus beside the checkout");
        return true;
    }

    std::vector<std::string> files() const { return list_files(root_ / folder_); }
    std::string body(const std::string& file) const { return read_whole_file(root_ / folder_ / file); }
    // Fails the test, by an exception, when the index does not have it.
    std::string secret(std::string_view name) const { return text(index_.at("secrets").at(name)); }
    // Of the headers that came with that body; empty: it was never signed.
    std::string signature(const std::string& file, std::string_view header) const {
        const auto& headers = index_.at("files").at(folder_ + "/" + file).at("headers").as_object();
        const auto* found = headers.if_contains(header);
        return found ? text(*found) : "";
    }

private:
    static std::string text(const boost::json::value& value) { return std::string(value.as_string()); }

    const std::filesystem::path root_ = source_path("../shared/fixtures/webhooks");
    std::string folder_;
    boost::json::value index_;
};

}  // namespace parley::test
