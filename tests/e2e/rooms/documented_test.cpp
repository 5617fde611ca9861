// The documented requests and their answers. Linked before the other tests of the program, and so run first: the
// numbers in the answers are those of an empty host.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "rooms/stage.hpp"
#include "support/paths.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

struct Exchange {
    std::string method, path, body, answer;
    bool signed_in = false;
};

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    const auto from = text.find(begin);
    if (from == std::string::npos) return "";
    return text.substr(from + begin.size(), text.find(end, from + begin.size()) - from - begin.size());
}

std::map<std::string, Exchange> documented() {
    std::ifstream file(test::source_path("tests/fixtures/rooms/requests.txt"));
    std::map<std::string, Exchange> all;
    Exchange* current = nullptr;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("curl ")) {
            Exchange exchange;
            exchange.method = between(line, "-X ", " ");
            exchange.path = between(line + " ", "http://localhost:8000", " ");
            exchange.body = between(line, "-d '", "'");
            exchange.signed_in = line.find("Bearer YOUR_ACCESS_TOKEN") != std::string::npos;
            current = &(all[exchange.path] = exchange);
        } else if (current && !line.empty()) {
            current->answer += line;
        }
    }
    return all;
}

bool is_time(const json::value& value) {
    // 2023-12-01T12:00:00Z
    return value.is_string() && value.as_string().size() == 20 && value.as_string()[10] == 'T' &&
           value.as_string().back() == 'Z';
}

// The same fields in the same order with values of the same kind; the same values, but for times.
void check_like(const json::object& actual, const json::object& expected, bool same_values) {
    CAPTURE(json::serialize(actual), json::serialize(expected));
    REQUIRE(actual.size() >= expected.size());
    auto at = actual.begin();
    for (const auto& [name, value] : expected) {
        CHECK(std::string(at->key()) == std::string(name));
        if (is_time(value)) {
            CHECK(is_time(at->value()));
        } else {
            CHECK(at->value().kind() == value.kind());
            if (same_values) CHECK(json::serialize(at->value()) == json::serialize(value));
        }
        ++at;
    }
}

}  // namespace

TEST_CASE("the documented requests have the documented answers, field for field") {
    const auto all = documented();
    REQUIRE(all.size() == 11);
    const auto run = [&](const std::string& path, const std::string& token = "") {
        const auto& exchange = all.at(path);
        CHECK(exchange.signed_in == !token.empty());
        const auto answer = ask(exchange.method, exchange.path, token, exchange.body);
        return std::pair(value_of(answer), json::parse(exchange.answer));
    };
    const auto same = [&](const std::string& path, const std::string& token = "") {
        const auto [actual, expected] = run(path, token);
        check_like(actual.as_object(), expected.as_object(), true);
        return actual.as_object();
    };
    CHECK(same("/auth/register/").size() == 2);
    const auto one = same("/auth/login/");
    CHECK(same("/auth/logout/", std::string(one.at("token").as_string())).size() == 1);
    CHECK(ask("GET", "/list-chatrooms/", std::string(one.at("token").as_string())).status == 401);

    const Person first{1, "your_username", sign_in("your_username")};
    const Person second = person("second");
    CHECK(second.id == 2);
    CHECK(same("/create-chatroom/", first.token).size() == 8);
    CHECK(same("/join-chatroom/", second.token).size() == 3);
    value_of(ask("POST", "/create-chatroom", second.token,
                 R"({"type":"group","name":"Group Chat","description":"This is a group chat."})"));
    {
        const auto [rooms, expected] = run("/list-chatrooms/", second.token);
        REQUIRE(rooms.as_array().size() == 2);
        check_like(rooms.as_array()[0].as_object(), expected.as_array()[0].as_object(), false);
        check_like(rooms.as_array()[1].as_object(), expected.as_array()[1].as_object(), true);
        CHECK(json::serialize(rooms.as_array()[0].at("members")) == "[2]");
    }
    const Person third = person("third");
    join(third, 1);
    CHECK(same("/leave-chatroom/1/", third.token).size() == 1);
    CHECK(same("/send-message/", second.token).size() == 9);
    CHECK(send(first.token, 1, "Hi there!").status == 201);
    for (const char* path : {"/list-messages/", "/list-conversation-messages/1/"}) {
        const auto [found, expected] = run(path, first.token);
        REQUIRE(found.as_array().size() >= 2);
        check_like(found.as_array()[0].as_object(), expected.as_array()[0].as_object(), true);
        for (const auto& message : found.as_array())
            check_like(message.as_object(), expected.as_array()[1].as_object(), false);
    }
    CHECK(same("/read-message/", first.token).size() == 1);
    CHECK(json::serialize(messages(first, 1).at(0).at("receivers")) == "[1]");
}

}  // namespace parley::e2e
