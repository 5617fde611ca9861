// Documents that people send, read by the built program in its confined child.
#include <catch2/catch.hpp>

#include "extract/files.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using namespace parley::test;

// What the plugin answers to this file.
std::string answer_to(Stage& world, const std::string& name, const std::string& bytes) {
    world.gateway.serve_file(name, bytes);
    return world.say.answer({.text = "",
                             .extra = R"("document":{"media_path":"statics/media/)" + name +
                                      R"(","mime_type":"application/octet-stream","caption":"/reader"})"});
}

TEST_CASE("a plugin reads what people send, and says why it cannot") {
    Stage world;
    world.host.drop_in(test_plugin_file("e2e_reader"), "reader.so");
    REQUIRE(eventually([&] { return world.say.direct("/reader") == "no document"; }));

    CHECK(answer_to(world, "a.pdf", pdf({"Hello from page one", "and two"})) ==
          "[Page 1]\nHello from page one\n\n[Page 2]\nand two");
    CHECK(answer_to(world, "b.docx", docx("<w:p><w:t>Dear all</w:t></w:p>")) == "Dear all");
    CHECK(answer_to(world, "c.xlsx", xlsx("<row><c t='s'><v>0</v></c><c><v>12</v></c></row>")) ==
          "[Sheet: Budget]\nItem\t12");
    CHECK(answer_to(world, "wrong.pdf", "name,price\nrice,3\n") == "name,price\nrice,3");

    CHECK(answer_to(world, "locked.pdf", locked_pdf()) ==
          "invalid: the file is locked with a password: send it without one");
    CHECK(answer_to(world, "bomb.docx", docx("<w:p>" + std::string(140u << 20, ' ') + "</w:p>")) ==
          "too large: the file unpacks to more than can be read here");
    CHECK(world.say.direct("/ping") == "pong");
}

}  // namespace
}  // namespace parley::e2e
