// Whatever the bytes, the reader of packages comes to an end, and what it gives is within its bounds and valid text.
#include <sys/mman.h>
#include <unistd.h>

#include "core/text.hpp"
#include "extract/readers.hpp"
#include "net/fuzz/entry.hpp"

PARLEY_FUZZ_ENTRY(package) {
    using namespace parley;
    const int file = memfd_create("package", MFD_CLOEXEC);
    must(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size));
    extract::Output out(64 * 1024);
    const auto ok = extract::read_package(file, out);
    close(file);
    must(ok || !ok.error().message.empty());
    must(out.text().size() <= 64 * 1024 && text::is_valid_utf8(out.text()));
    return 0;
}
