// Plugins written inside a test: FakeHost host(entry<MyPlugin>);
#pragma once

#include <parley/plugin.hpp>
#include <parley/testing/fake_host.hpp>

#include "support/paths.hpp"

template <class P>
const parley_descriptor* entry() {
    static constexpr auto descriptor = parley::detail::descriptor<P>("fixture", 7, "1.0.0", 5);
    return &descriptor;
}

// A plugin with one command "run" that does what the test says.
class Script : public parley::Plugin {
public:
    static inline std::function<void(parley::Context&)> body;

    std::string name() const override { return "run"; }
    void handle(parley::Context& ctx) override { body(ctx); }
    void on_timer(parley::Context& ctx) override { body(ctx); }
};

// A shipped plugin, as built, with exactly the capabilities that it declares.
struct Sample {
    static constexpr const char* admin = "923000000001";

    parley::testing::PluginFile file;
    parley::testing::FakeHost host;

    explicit Sample(const std::string& name) : file(parley::test::binary_path("plugins/" + name + ".so")), host(file) {}

    parley::testing::Outcome send(const std::string& text) { return host.send(text); }
    // In a direct chat with an admin.
    parley::testing::Outcome as_admin(std::string text) {
        return host.send({.text = std::move(text), .sender = admin});
    }
    parley::testing::Outcome in_group(std::string text, std::string sender = "923001234567") {
        return host.send({.text = std::move(text), .sender = std::move(sender), .group = "120363000000000001"});
    }
    // What all answers say, one after the other.
    static std::vector<std::string> texts(const parley::testing::Outcome& outcome) {
        std::vector<std::string> list;
        for (const auto& sent : outcome.sent) list.push_back(sent.text);
        return list;
    }
};
