// What was measured, in the order in which it was, and how it is shown. Plain values.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "bench/load.hpp"
#include "bench/server.hpp"

namespace parley::bench {

// One row of the table. Of several rounds: the medians, and the sum of the faults.
struct Measurement {
    std::string what;
    LoadResult load;
    Usage usage;
    Memory memory;
    unsigned rounds = 1;
    bool with_cpu = true;    // the server is ours to look at
    bool with_order = true;  // the server promises to keep the order of a chat
};
Measurement median_of(const std::vector<Measurement>& rounds);

struct Goal {
    std::string what;
    double value;
    std::string unit;
    double limit;
    bool at_least;
    bool reached() const { return at_least ? value >= limit : value <= limit; }
};

struct Figure {
    std::string what;
    std::string value;
};

class Report {
public:
    void add(Measurement row) { rows_.push_back(std::move(row)); }
    void add(Goal goal) { goals_.push_back(std::move(goal)); }
    void figure(std::string what, std::string value) { figures_.push_back({std::move(what), std::move(value)}); }
    void head(std::string line) { head_.push_back(std::move(line)); }
    const std::vector<Measurement>& rows() const { return rows_; }

    void print(std::ostream& out) const;
    std::string json() const;

private:
    void print_table(std::ostream& out) const;

    std::vector<std::string> head_;
    std::vector<Measurement> rows_;
    std::vector<Goal> goals_;
    std::vector<Figure> figures_;
};

// "12.3": as many decimals as asked for.
std::string number(double value, int decimals);

}  // namespace parley::bench
