// The numbers at /metrics, in Prometheus' text format. Counters and gauges are made once, kept by reference and cheap
// to change.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace parley {

class Metrics {
public:
    using Labels = std::map<std::string, std::string>;

    class Counter {
    public:
        void add(double amount = 1) const;
        double value() const;

    private:
        friend class Metrics;
        void* counter_ = nullptr;
    };

    class Gauge {
    public:
        void set(double value) const;

    private:
        friend class Metrics;
        void* gauge_ = nullptr;
    };

    class Histogram {
    public:
        void observe(double value) const;

    private:
        friend class Metrics;
        void* histogram_ = nullptr;
    };

    Metrics();
    ~Metrics();

    // [any thread] The same name and labels give the same metric. `help` is the one line shown for the name.
    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    // Bounds suit seconds from 0.5 ms to 30 s.
    Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {});

    std::string text() const;

private:
    struct Registry;
    std::unique_ptr<Registry> registry_;
};

}  // namespace parley
