#include "core/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace parley {

struct Metrics::Registry {
    prometheus::Registry registry;
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

void Metrics::Counter::add(double amount) const {
    static_cast<prometheus::Counter*>(counter_)->Increment(amount);
}
double Metrics::Counter::value() const {
    return static_cast<prometheus::Counter*>(counter_)->Value();
}
void Metrics::Gauge::set(double value) const {
    static_cast<prometheus::Gauge*>(gauge_)->Set(value);
}
void Metrics::Histogram::observe(double value) const {
    static_cast<prometheus::Histogram*>(histogram_)->Observe(value);
}

Metrics::Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
    Counter result;
    result.counter_ = &prometheus::BuildCounter().Name(name).Help(help).Register(registry_->registry).Add(labels);
    return result;
}

Metrics::Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    Gauge result;
    result.gauge_ = &prometheus::BuildGauge().Name(name).Help(help).Register(registry_->registry).Add(labels);
    return result;
}

Metrics::Histogram Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels) {
    static const prometheus::Histogram::BucketBoundaries bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                                0.25,   0.5,   1,      2.5,   5,    10,    30};
    Histogram result;
    result.histogram_ =
        &prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->registry).Add(labels, bounds);
    return result;
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(registry_->registry.Collect());
}

}  // namespace parley
