// A test of the counter with the SDK's fake host. Any test framework will do; this one has none.
#include <cstdlib>
#include <iostream>
#include <parley/testing/fake_host.hpp>

namespace {

void expect(const std::string& got, const std::string& wanted) {
    if (got == wanted) return;
    std::cerr << "expected \"" << wanted << "\", got \"" << got << "\"\n";
    std::exit(1);
}

}  // namespace

int main() {
    parley::testing::FakeHost host(parley_plugin_entry, {"messaging", "storage"});
    expect(host.send("/count").reply(), "1");
    expect(host.send("/count").reply(), "2");
    expect(host.send({.text = "./count", .group = "120363000000000001"}).reply(), "1");

    host.restart();  // what is stored outlives the instance
    expect(host.send("/count --reset").reply(), "Counted to 2.");
    expect(host.send("/count").reply(), "1");
}
