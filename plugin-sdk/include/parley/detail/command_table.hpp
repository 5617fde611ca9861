// The commands of an instance as the ABI wants them: C rows that point into strings which live as long as the instance.
#pragma once

#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../abi/plugin.h"
#include "../command.hpp"
#include "bridge.hpp"

namespace parley::detail {

class CommandTable {
public:
    // Called twice: when the instance is made, and after start(), because help may depend on what start() found. The
    // host got the address and the count of the rows the first time, so both have to stay.
    void fill(std::vector<Command> commands) {
        if (!rows_.empty()) expect_same(commands);
        std::deque<Entry> entries;
        for (auto& command : commands) entries.emplace_back(std::move(command));
        entries_.swap(entries);
        rows_.resize(entries_.size());
        for (std::size_t i = 0; i < entries_.size(); ++i) rows_[i] = entries_[i].row();
    }

    const parley_command* rows() const { return rows_.data(); }
    std::size_t size() const { return rows_.size(); }

    const Command* find(std::string_view name) const {
        for (const auto& entry : entries_) {
            if (entry.command.name == name) return &entry.command;
        }
        return nullptr;
    }

private:
    struct Entry {
        Command command;
        std::vector<std::vector<parley_str>> examples;
        std::vector<parley_usage> usages;

        explicit Entry(Command from) : command(std::move(from)) {
            for (const auto& usage : command.help.usages) {
                auto& list = examples.emplace_back();
                for (const auto& example : usage.examples) list.push_back(str(example));
            }
            for (std::size_t i = 0; i < examples.size(); ++i) {
                const auto& usage = command.help.usages[i];
                usages.push_back({sizeof(parley_usage), str(usage.arguments), str(usage.description),
                                  examples[i].data(), examples[i].size()});
            }
        }
        Entry(const Entry&) = delete;  // rows point into it

        parley_command row() const {
            std::uint32_t flags = 0;
            if (command.admin) flags |= PARLEY_COMMAND_ADMIN;
            if (command.internal) flags |= PARLEY_COMMAND_INTERNAL;
            if (command.serial) flags |= PARLEY_COMMAND_SERIAL;
            if (command.confirm) flags |= PARLEY_COMMAND_CONFIRM;
            return {sizeof(parley_command), flags,
                    str(command.name),      str(command.help.description),
                    usages.data(),          usages.size(),
                    str(command.help.note), static_cast<std::uint32_t>(command.deadline.count())};
        }
    };

    void expect_same(const std::vector<Command>& commands) const {
        bool same = commands.size() == entries_.size();
        for (std::size_t i = 0; same && i < commands.size(); ++i) same = commands[i].name == entries_[i].command.name;
        if (!same) throw std::logic_error("the names of a plugin's commands may not change while it lives");
    }

    std::deque<Entry> entries_;
    std::vector<parley_command> rows_;
};

}  // namespace parley::detail
