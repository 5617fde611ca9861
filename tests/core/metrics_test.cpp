#include "core/metrics.hpp"

#include <catch2/catch.hpp>
#include <thread>

namespace parley {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("metrics are written in the text format of Prometheus") {
    Metrics metrics;
    metrics.counter("messages_total", "Messages", {{"way", "in"}}).add(2);
    metrics.counter("messages_total", "Messages", {{"way", "out"}}).add();
    metrics.gauge("waiting", "Waiting").set(7);
    const auto seconds = metrics.histogram("seconds", "Seconds");
    seconds.observe(0.003);
    seconds.observe(100);
    const std::string text = metrics.text();
    CHECK(contains(text, "# HELP messages_total Messages\n# TYPE messages_total counter\n"));
    CHECK(contains(text, "messages_total{way=\"in\"} 2\n"));
    CHECK(contains(text, "messages_total{way=\"out\"} 1\n"));
    CHECK(contains(text, "# TYPE waiting gauge\nwaiting 7\n"));
    CHECK(contains(text, "seconds_bucket{le=\"0.005\"} 1\n"));
    CHECK(contains(text, "seconds_bucket{le=\"30\"} 1\n"));
    CHECK(contains(text, "seconds_bucket{le=\"+Inf\"} 2\n"));
    CHECK(contains(text, "seconds_count 2\n"));
}

TEST_CASE("the same name and labels are the same metric, counted from any thread") {
    Metrics metrics;
    const auto one = metrics.counter("x_total", "X");
    const auto two = metrics.counter("x_total", "X");
    std::thread other([&] {
        for (int i = 0; i < 10'000; ++i) one.add();
    });
    for (int i = 0; i < 10'000; ++i) two.add();
    other.join();
    CHECK(one.value() == 20'000);
    CHECK(two.value() == 20'000);
}

}  // namespace
}  // namespace parley
