#include "extract/child.hpp"

#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstring>
#include <string>

#include "extract/confine.hpp"
#include "extract/extractor.hpp"
#include "extract/kind.hpp"
#include "extract/readers.hpp"

namespace parley::extract {
namespace {

constexpr std::uint64_t cpu_seconds = 10;

int say(std::string_view words) {
    while (!words.empty()) {
        const auto written = write(STDOUT_FILENO, words.data(), words.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return 1;
        words.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

int say_error(const Error& error) {
    return say("error " + std::string(to_string(error.code)) + " " + error.message + "\n");
}

int not_confined() {
    return say_error(
        make_error(Errc::unavailable, std::string("this system does not confine the reader: ") + std::strerror(errno)));
}

// One page more than is wanted tells whether there are more.
int become_pdftotext() {
    if (access(pdftotext, X_OK) != 0)
        return say_error(make_error(Errc::unavailable, "PDF cannot be read here: poppler-utils is not installed"));
    if (!confine(Confinement::may_become, cpu_seconds)) return not_confined();
    if (say("pdf\n") != 0) return 1;
    const std::string pages = std::to_string(most_pages + 1);
    execl(pdftotext, pdftotext, "-layout", "-enc", "UTF-8", "-l", pages.c_str(), "-", "-", nullptr);
    return 1;
}

int read_here() {
    if (!confine(Confinement::closed, cpu_seconds)) return not_confined();
    Output out(most_text);
    try {
        if (const auto ok = read_document(STDIN_FILENO, out); !ok) return say_error(ok.error());
    } catch (const std::bad_alloc&) {
        return say_error(make_error(Errc::too_large, "the file needs too much memory to be read here"));
    }
    if (!out.has_text()) return say_error(make_error(Errc::unsupported, "there is no text in the file"));
    const auto head = "text " + std::to_string(out.sections()) + (out.truncated() ? " 1\n" : " 0\n");
    return say(head) != 0 ? 1 : say(out.text());
}

}  // namespace

int run_child() {
    // libarchive asks for the locale when it reads names; the C library loads files for others than this one.
    std::setlocale(LC_ALL, "C.UTF-8");
    return kind_of(STDIN_FILENO) == Kind::pdf ? become_pdftotext() : read_here();
}

}  // namespace parley::extract
