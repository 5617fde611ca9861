// However a command line is typed, it becomes words that stand where they say, and arguments or words for the user.
#include "parley/arguments.hpp"

#include "support/fuzz.hpp"

namespace {

using namespace parley;
using test::must;

ArgumentParser parser() {
    ArgumentParser parser;
    parser.option("-a", "--add").takes(one_or_more, "number");
    parser.option("", "--addend").takes(exactly(2), "x");
    parser.option("-d", "--date").takes(optional_value);
    parser.flag("-g", "--group");
    parser.flag("-v", "--verbose");
    parser.positional("who").takes(any_number);
    parser.positional("what");
    return parser;
}

void run(std::string_view bytes) {
    std::size_t from = 0;
    for (const auto& word : split_words(bytes)) {
        must(word.begin >= from && word.begin < word.end && word.end <= bytes.size());
        must(word.text.size() <= word.end - word.begin);
        from = word.end;
    }
    static const auto arguments = parser();
    try {
        const auto read = arguments.parse(bytes);
        must(!read.has("add") || !read.all("add").empty());
        must(!read.has("addend") || read.all("addend").size() == 2);
        must(read.all("date").size() <= 1 && read.all("group").empty() && read.all("what").size() == 1);
        for (const auto* name : {"add", "addend", "date", "who", "what"}) must(read.text(name).size() <= bytes.size());
    } catch (const ArgumentError&) {
        // The user gets the help.
    }
}

}  // namespace

const test::FuzzTarget test::fuzz_target{
    run,
    {"-a 1 2 -gv -- -x y", "--add=1 --addend 1 2 \"some words\" what", "--ad 1 -d",
     "“curly” don't ‘a b’ — –5 —verbose"},
    {"-", "--",     "=",      "\"",     "'",  "\\",  "“",     "”",         "„",   "‘",    "’", "—",
     "–", "\u200E", "\u2066", "\u00A0", "-a", "-gv", "--add", "--addend=", "-d=", "-1.5", " ", "\n"}};
