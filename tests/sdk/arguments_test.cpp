// The argument parser, against what argparse does with the same options.
#include <catch2/catch.hpp>
#include <parley/arguments.hpp>

using parley::ArgumentError;
using Values = std::vector<std::string>;

namespace {

// -a one or more, -r one or more, -g flag, -v flag, -c two values, -n one value, -o none or one
parley::ArgumentParser options() {
    parley::ArgumentParser parser;
    parser.option("-a", "--add").takes(parley::one_or_more, "number").help("Add admins.").example("-a 1");
    parser.option("-r", "--remove").takes(parley::one_or_more, "number");
    parser.flag("-g", "--get").help("Get admin list.");
    parser.flag("-v", "--verbose");
    parser.option("-c", "--change").takes(parley::exactly(2), "setting", "value");
    parser.option("-n", "--name").takes(parley::exactly(1), "name");
    parser.option("", "--opt").takes(parley::optional_value, "value");
    return parser;
}

}  // namespace

TEST_CASE("options are parsed") {
    const struct {
        const char* line;
        const char* name;
        Values values;
    } table[] = {
        {"-a 1", "add", {"1"}},
        {"-a 1 2 3", "add", {"1", "2", "3"}},
        {"--add 1 2", "add", {"1", "2"}},
        {"--add=1", "add", {"1"}},
        {"-a=1", "add", {"1"}},
        {"-a1", "add", {"1"}},
        {"--ad 1", "add", {"1"}},
        {"-a 1 -r 2", "add", {"1"}},
        {"-a 1 -r 2", "remove", {"2"}},
        {"-a 1 -a 2", "add", {"2"}},
        {"-g -a 1", "add", {"1"}},
        {"-gv -a 1", "add", {"1"}},
        {"-gn x", "name", {"x"}},
        {"-gnx", "name", {"x"}},
        {"-n -5", "name", {"-5"}},
        {"-n -1.5", "name", {"-1.5"}},
        {"-n -", "name", {"-"}},
        {"-n \"-g\"", "name", {"-g"}},
        {"-n \\-g", "name", {"-g"}},
        {"-n -- -g", "name", {"-g"}},
        {"-n \"\"", "name", {""}},
        {"--name=", "name", {""}},
        {"--name=a=b", "name", {"a=b"}},
        {"--name=\"two words\"", "name", {"two words"}},
        {"-c prefix \"two words\"", "change", {"prefix", "two words"}},
        {"--opt", "opt", {}},
        {"--opt x", "opt", {"x"}},
        {"\u2014add 1 2", "add", {"1", "2"}},
        {"\u2014name \u201Ctwo words\u201D", "name", {"two words"}},
        {"\u2013a 1", "add", {"1"}},
    };
    for (const auto& row : table) {
        INFO(row.line);
        const auto arguments = options().parse(row.line);
        CHECK(arguments.has(row.name));
        CHECK(arguments.all(row.name) == row.values);
    }
}

TEST_CASE("values of a temporary outlive it in a loop") {
    std::string seen;
    for (const auto& number : options().parse("-a a-long-enough-value-for-the-heap b").all("add")) seen += number;
    CHECK(seen == "a-long-enough-value-for-the-heapb");
}

TEST_CASE("what does not fit is an ArgumentError, which is a SendHelp") {
    const char* lines[] = {"-a",           "--add",      "-a -g",   "-c one",    "-c one two three",
                           "-x",           "-g x",       "stray",   "--nothing", "--get=1",
                           "-n",           "--name -g",  "-gx",     "-n a b",    "-- stray",
                           "--change=one", "-a 1 --add", "--adx 1", "-h",        "--help"};
    for (const auto* line : lines) {
        INFO(line);
        CHECK_THROWS_AS(options().parse(line), ArgumentError);
        CHECK_THROWS_AS(options().parse(line), parley::SendHelp);
    }
}

TEST_CASE("who asks for help needs no reason for it") {
    const auto reason = [](const parley::ArgumentParser& parser, const char* line) {
        try {
            parser.parse(line);
        } catch (const ArgumentError& error) {
            return error.reason();
        }
        return std::string("none thrown");
    };
    CHECK(reason(options(), "-h").empty());
    CHECK(reason(options(), "-g --help").empty());
    CHECK(reason(options().help_when_empty(), " ").empty());
    CHECK(reason(options(), "--nothing") == "unknown option: --nothing");
}

TEST_CASE("an abbreviation has to be clear") {
    parley::ArgumentParser parser;
    parser.flag("", "--left");
    parser.flag("", "--leave");
    CHECK(parser.parse("--lef").has("left"));
    CHECK(parser.parse("--leave").has("leave"));
    CHECK_THROWS_WITH(parser.parse("--le"), "ambiguous option: --le");
}

TEST_CASE("an option named in full is clear, whatever else begins so") {
    parley::ArgumentParser parser;
    parser.flag("", "--add-all");
    parser.flag("", "--add-any");
    parser.flag("", "--add");
    CHECK(parser.parse("--add").has("add"));
    CHECK_FALSE(parser.parse("--add").has("add-all"));
    CHECK_THROWS_WITH(parser.parse("--add-a"), "ambiguous option: --add-a");
}

TEST_CASE("a name that nobody could type is the author's mistake") {
    parley::ArgumentParser parser;
    for (const char* name : {"get", "g", "", "-get", "--"}) CHECK_THROWS_AS(parser.flag("-g", name), std::logic_error);
    for (const char* name : {"g", "-", "--g"}) CHECK_THROWS_AS(parser.option(name, "--get"), std::logic_error);
    CHECK_THROWS_WITH(parser.flag("-g", "get"), "an option's long name begins with --: get");
    CHECK(parser.usages().empty());
}

TEST_CASE("positionals share what is there") {
    parley::ArgumentParser parser;
    parser.positional("action");
    parser.positional("names").takes(parley::any_number);
    parser.positional("last");
    parser.flag("-f", "--force");

    const auto two = parser.parse("a z");
    CHECK(two.one("action") == "a");
    CHECK_FALSE(two.has("names"));
    CHECK(two.one("last") == "z");

    const auto many = parser.parse("a 1 -f 2 -- -3 z");
    CHECK(many.has("force"));
    CHECK(many.all("names") == Values{"1", "2", "-3"});
    CHECK(many.one("last") == "z");

    CHECK_THROWS_WITH(parser.parse("a"), "last is missing");
}

TEST_CASE("`--` ends the values of an option when positionals are to come") {
    parley::ArgumentParser parser;
    parser.option("-a", "--add").takes(parley::one_or_more);
    parser.positional("rest").takes(parley::any_number);
    const auto arguments = parser.parse("-a 1 2 -- 3 -a");
    CHECK(arguments.all("add") == Values{"1", "2"});
    CHECK(arguments.all("rest") == Values{"3", "-a"});
}

TEST_CASE("a text keeps its spacing") {
    parley::ArgumentParser parser;
    parser.option("-m", "--message").takes(parley::one_or_more);
    parser.flag("-g", "--get");
    CHECK(parser.parse("-m Hello,  world!\n\nDon't \u2014 panic -g").text("message") ==
          "Hello,  world!\n\nDon't \u2014 panic");
    CHECK(parser.parse("-m \"-g is an option\"").text("message") == "-g is an option");
    CHECK(parser.parse("-m one").text("message") == "one");
    CHECK(parser.parse("-g").text("message").empty());
}

TEST_CASE("a text has no option in it") {
    parley::ArgumentParser parser;
    parser.option("-m", "--message").takes(parley::one_or_more);
    parser.option("-v", "--voice");
    parser.flag("-g", "--get");
    parser.positional("text").takes(parley::any_number);
    CHECK(parser.parse("-mTea  is ready").text("message") == "Tea  is ready");
    CHECK(parser.parse("-gmTea is \u201Cready\u201D").text("message") == "Tea is \u201Cready\u201D");
    CHECK(parser.parse("x -m\"Tea is ready").text("message") == "\"Tea is ready");
    CHECK(parser.parse("\u2013m Tea is ready").text("message") == "Tea is ready");
    CHECK(parser.parse("Hello\n\nyou  -v alloy  -g the  world").text("text") == "Hello\n\nyou the  world");
    CHECK(parser.parse("Hello -- -v world").text("text") == "Hello -v world");
    CHECK(parser.parse("Hello -v alloy").text("text") == "Hello");
}

TEST_CASE("a parser that stops at text takes sentences as they are") {
    parley::ArgumentParser parser;
    parser.stop_at_text();
    parser.option("-v", "--voice");
    parser.positional("text").takes(parley::any_number);
    const auto text = [&](const char* line) { return parser.parse(line).text("text"); };
    CHECK(text("coffee -no sugar -v please -- thanks") == "coffee -no sugar -v please -- thanks");
    CHECK(text("-v alloy coffee -v") == "coffee -v");
    CHECK(parser.parse("-v alloy coffee -v").one("voice") == "alloy");
    CHECK(text("\u2014Hola") == "\u2014Hola");
    CHECK(text("\u2014Hola, \u2014dijo ella") == "\u2014Hola, \u2014dijo ella");
    CHECK(text("-v alloy \u2014Hola") == "\u2014Hola");
    CHECK(parser.parse("\u2014voice alloy Hi").one("voice") == "alloy");
    CHECK(text("-- -v") == "-v");
    CHECK(text("\"two  words\"") == "two  words");
    CHECK(text("").empty());
    CHECK_THROWS_WITH(parser.parse("-x coffee"), "unknown option: -x");
    CHECK_THROWS_AS(parser.parse("\u2014help"), ArgumentError);

    parley::ArgumentParser two;
    two.stop_at_text();
    two.positional("language");
    two.positional("text").takes(parley::any_number);
    CHECK(two.parse("Spanish \u2014Hola").text("text") == "\u2014Hola");
    CHECK(two.parse("German coffee -no sugar").text("text") == "coffee -no sugar");
}

TEST_CASE("missing, required and unknown names") {
    parley::ArgumentParser parser;
    parser.option("-n", "--name").required();
    CHECK_THROWS_WITH(parser.parse(""), "--name is missing");
    CHECK_THROWS_AS(parser.parse("-n x").has("nmae"), std::logic_error);

    CHECK_FALSE(options().parse("").has("add"));
    CHECK_THROWS_AS(options().help_when_empty().parse("  "), ArgumentError);
}

TEST_CASE("usages for the help") {
    const auto usages = options().usages();
    REQUIRE(usages.size() == 7);
    CHECK(usages[0].arguments == "-a [number] [number] ...");
    CHECK(usages[0].description == "Add admins.");
    CHECK(usages[0].examples == Values{"-a 1"});
    CHECK(usages[2].arguments == "-g");
    CHECK(usages[4].arguments == "-c [setting] [value]");
    CHECK(usages[5].arguments == "-n [name]");
    CHECK(usages[6].arguments == "--opt [value]");
    parley::ArgumentParser parser;
    parser.positional("message").takes(parley::any_number);
    CHECK(parser.usages()[0].arguments == "[message] [message] ...");
}
