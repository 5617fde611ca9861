#include "extract/package.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <memory>
#include <new>

namespace parley::extract {
namespace {

constexpr std::size_t piece = 64 * 1024;

Error damaged() {
    return make_error(Errc::invalid, "the file is damaged and cannot be read");
}

using Archive = std::unique_ptr<archive, int (*)(archive*)>;

// The table at its end is what the writer meant; a reader of the stream alone would believe what stands before it.
Result<Archive> open_archive(int file) {
    Archive zip(archive_read_new(), &archive_read_free);
    if (!zip) throw std::bad_alloc();
    if (lseek(file, 0, SEEK_SET) != 0 || archive_read_support_format_zip_seekable(zip.get()) != ARCHIVE_OK ||
        archive_read_open_fd(zip.get(), file, piece) != ARCHIVE_OK)
        return damaged();
    return zip;
}

// Goes from entry to entry until `visit` answers false.
Result<void> each_entry(archive* zip, const std::function<Result<bool>(std::string_view, archive_entry*)>& visit) {
    for (std::size_t count = 0;; ++count) {
        archive_entry* entry = nullptr;
        const int got = archive_read_next_header(zip, &entry);
        if (got == ARCHIVE_EOF) return {};
        if (got < ARCHIVE_WARN) return damaged();
        if (count >= most_parts) return make_error(Errc::too_large, "the file has too many parts");
        const char* name = archive_entry_pathname(entry);
        // Links lead elsewhere, and no document has any.
        if (!name || archive_entry_filetype(entry) != AE_IFREG) continue;
        const auto go_on = visit(name, entry);
        if (!go_on) return go_on.error();
        if (!*go_on) return {};
    }
}

}  // namespace

Result<Package> Package::open(int file) {
    auto zip = open_archive(file);
    if (!zip) return zip.error();
    Package package(file);
    const auto listed = each_entry(zip->get(), [&](std::string_view name, archive_entry* entry) -> Result<bool> {
        if (archive_entry_is_encrypted(entry))
            return make_error(Errc::invalid, "the file is locked with a password: send it without one");
        package.parts_.emplace(name);
        return true;
    });
    if (!listed) return listed.error();
    return package;
}

Result<void> Package::read(std::string_view part, const std::function<Result<bool>(std::string_view)>& take) {
    auto zip = open_archive(file_);
    if (!zip) return zip.error();
    bool found = false;
    std::string buffer(piece, '\0');
    const auto unpack = [&](std::string_view name, archive_entry*) -> Result<bool> {
        if (name != part) return true;
        found = true;
        for (;;) {
            const auto got = archive_read_data(zip->get(), buffer.data(), buffer.size());
            if (got == 0) return false;
            if (got < 0) return damaged();
            unpacked_ += static_cast<std::uint64_t>(got);
            if (unpacked_ > most_unpacked)
                return make_error(Errc::too_large, "the file unpacks to more than can be read here");
            const auto go_on = take({buffer.data(), static_cast<std::size_t>(got)});
            if (!go_on || !*go_on) return go_on;
        }
    };
    if (auto ok = each_entry(zip->get(), unpack); !ok) return ok;
    if (!found) return make_error(Errc::invalid, "the file is damaged: a part is missing");
    return {};
}

Result<void> Package::read_xml(std::string_view part, XmlEvents& events, const std::function<bool()>& enough) {
    XmlReader reader(events);
    bool whole = true;
    const auto feed = [&](std::string_view bytes) -> Result<bool> {
        if (auto ok = reader.feed(bytes); !ok) return ok.error();
        whole = !(enough && enough());
        return whole;
    };
    if (auto ok = read(part, feed); !ok) return ok;
    return whole ? reader.finish() : Result<void>{};
}

Result<std::string> Package::head(std::string_view part, std::size_t size) {
    std::string bytes;
    const auto ok = read(part, [&](std::string_view more) -> Result<bool> {
        bytes.append(more.substr(0, size - bytes.size()));
        return bytes.size() < size;
    });
    if (!ok) return ok.error();
    return bytes;
}

}  // namespace parley::extract
