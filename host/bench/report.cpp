#include "bench/report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <ostream>

namespace parley::bench {
namespace {

namespace json = boost::json;

using Row = std::vector<std::string>;

const Row titles{"",       "ack/s", "deliv/s", "p50 ms", "p90 ms", "p99 ms", "host us", "pg us",   "host cpu",
                 "pg cpu", "bench", "others",  "RSS MB", "lost",   "dup",    "order",   "altered", "refused"};

template <class Field>
double median(const std::vector<Measurement>& rounds, Field field) {
    std::vector<double> all;
    for (const auto& round : rounds) all.push_back(field(round));
    std::sort(all.begin(), all.end());
    const auto middle = all.size() / 2;
    return all.size() % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

Row cells(const Measurement& row) {
    const auto& [wall, server, database, own, machine] = row.usage;
    const auto messages = row.load.delivered_rate * wall;
    const auto count = [](std::uint64_t n) { return std::to_string(n); };
    const auto per_message = [&](double seconds) {
        return row.with_cpu && messages > 0 ? number(seconds * 1e6 / messages, 1) : "-";
    };
    const auto cores = [&](double seconds) { return wall > 0 ? number(seconds / wall, 2) : "-"; };
    const auto& deliver = row.load.to_deliver;
    const auto& faults = row.load.faults;
    return {row.what,
            number(row.load.acknowledged_rate, 0),
            number(row.load.delivered_rate, 0),
            number(deliver.p50, 2),
            number(deliver.p90, 2),
            number(deliver.p99, 2),
            per_message(server),
            per_message(database),
            row.with_cpu ? cores(server) : "-",
            row.with_cpu ? cores(database) : "-",
            cores(own),
            cores(row.usage.others()),
            row.with_cpu ? number(row.memory.resident_mb, 1) : "-",
            count(faults.lost),
            count(faults.duplicated),
            row.with_order ? count(faults.disordered) : "-",
            count(faults.altered),
            count(faults.refused)};
}

}  // namespace

std::string number(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

Measurement median_of(const std::vector<Measurement>& rounds) {
    Measurement out = rounds.front();
    out.rounds = static_cast<unsigned>(rounds.size());
    const auto set = [&](auto access) { access(out) = median(rounds, [&](Measurement row) { return access(row); }); };
    set([](Measurement& m) -> double& { return m.load.acknowledged_rate; });
    set([](Measurement& m) -> double& { return m.load.delivered_rate; });
    set([](Measurement& m) -> double& { return m.load.to_deliver.p50; });
    set([](Measurement& m) -> double& { return m.load.to_deliver.p90; });
    set([](Measurement& m) -> double& { return m.load.to_deliver.p99; });
    set([](Measurement& m) -> double& { return m.load.to_acknowledge.p50; });
    set([](Measurement& m) -> double& { return m.load.to_acknowledge.p99; });
    set([](Measurement& m) -> double& { return m.usage.wall; });
    set([](Measurement& m) -> double& { return m.usage.server_cpu; });
    set([](Measurement& m) -> double& { return m.usage.database_cpu; });
    set([](Measurement& m) -> double& { return m.usage.own_cpu; });
    set([](Measurement& m) -> double& { return m.usage.machine_cpu; });
    set([](Measurement& m) -> double& { return m.memory.resident_mb; });
    out.load.faults = {};
    for (const auto& round : rounds) out.load.faults += round.load.faults;
    return out;
}

void Report::print_table(std::ostream& out) const {
    std::vector<Row> table{titles};
    for (const auto& row : rows_) table.push_back(cells(row));
    std::vector<std::size_t> widths(titles.size());
    for (const auto& row : table)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    for (const auto& row : table) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - row[i].size(), ' ');
            out << (i == 0 ? row[i] + padding : "  " + padding + row[i]);
        }
        out << '\n';
    }
}

void Report::print(std::ostream& out) const {
    for (const auto& line : head_) out << line << '\n';
    out << '\n';
    if (!rows_.empty()) {
        print_table(out);
        out << "\np50, p90, p99: from the webhook to the delivery at the gateway. us: processor time a message; cpu: "
               "cores kept busy;\n"
               "bench: the load generator and the fake gateway; others: what else ran on this machine meanwhile.\n\n";
    }
    std::size_t width = 0;
    for (const auto& [what, value] : figures_) width = std::max(width, what.size());
    for (const auto& goal : goals_) width = std::max(width, goal.what.size());
    for (const auto& [what, value] : figures_)
        out << what << std::string(width - what.size() + 2, ' ') << value << '\n';
    if (!goals_.empty()) out << "\nGoals\n";
    for (const auto& goal : goals_) {
        const int decimals = goal.limit >= 100 || goal.limit == 0 ? 0 : 2;
        out << goal.what << std::string(width - goal.what.size() + 2, ' ') << number(goal.value, decimals) << goal.unit
            << " (" << (goal.at_least ? "at least " : "at most ") << number(goal.limit, decimals) << goal.unit
            << "): " << (goal.reached() ? "reached" : "MISSED") << '\n';
    }
}

std::string Report::json() const {
    json::object root;
    json::array rows, goals;
    for (const auto& row : rows_) {
        const auto line = cells(row);
        json::object cell{{"what", row.what}, {"rounds", row.rounds}};
        for (std::size_t i = 1; i < line.size(); ++i)
            cell[titles[i]] = line[i] == "-" ? json::value() : json::value(std::stod(line[i]));
        cell["p99.9 ms"] = row.load.to_deliver.p999;
        cell["ack p50 ms"] = row.load.to_acknowledge.p50;
        cell["ack p99 ms"] = row.load.to_acknowledge.p99;
        cell["longest pause ms"] = row.load.longest_pause_ms;
        rows.push_back(std::move(cell));
    }
    for (const auto& goal : goals_)
        goals.push_back(
            {{"what", goal.what}, {"value", goal.value}, {"limit", goal.limit}, {"reached", goal.reached()}});
    json::object figures;
    for (const auto& [what, value] : figures_) figures[what] = value;
    json::array head;
    for (const auto& line : head_) head.emplace_back(line);
    root["head"] = std::move(head);
    root["rows"] = std::move(rows);
    root["figures"] = std::move(figures);
    root["goals"] = std::move(goals);
    return json::serialize(root);
}

}  // namespace parley::bench
