#include <catch2/catch.hpp>
#include <map>

#include "core/simulated_table.hpp"

namespace parley::test {
namespace {

using Ids = std::vector<MessageId>;

TEST_CASE("an item starts after its commit, not before") {
    SimulatedTable table(100, 10);
    const auto id = table.reserve("a");
    CHECK(table.started.empty());
    table.commit(id);
    CHECK(table.started == Ids{id});
    CHECK(table.queue.in_memory() == 1);
    table.finish(id);
    CHECK(table.queue.in_memory() == 0);
    CHECK(table.queue.chats() == 0);
}

TEST_CASE("a chat's items start in order of id, whichever commit is faster") {
    SimulatedTable table(100, 10);
    const auto first = table.reserve("a"), second = table.reserve("a"), third = table.reserve("a");
    table.commit(third);
    table.commit(second);
    CHECK(table.started.empty());
    table.commit(first);
    CHECK(table.started == Ids{first});
    table.finish(first);
    table.finish(second);
    CHECK(table.started == Ids{first, second, third});
}

TEST_CASE("chats do not wait for each other") {
    SimulatedTable table(100, 10);
    const auto slow = table.add("a");
    const auto behind = table.add("a");
    const auto other = table.add("b");
    CHECK(table.started == Ids{slow, other});
    table.finish(other);
    CHECK(table.queue.chats() == 1);
    table.finish(slow);
    CHECK(table.started.back() == behind);
}

TEST_CASE("queues that share memory have equal parts of it, and one that is alone has it all") {
    QueueMemory memory(100, 10);
    const auto wait = [](auto, auto, auto, auto) {};
    DurableQueue<Row> one({memory, 10}, wait, [](Row&) {}), two({memory, 10}, wait, [](Row&) {});
    MessageId id = 0;
    while (one.in_memory() < 60) one.reserve({++id, 1, "a"});
    CHECK(one.caught_up());
    CHECK_FALSE(one.has_room());
    two.reserve({++id, 2, "a"});
    CHECK(two.has_room());
    one.reserve({++id, 1, "a"});  // half is no longer enough
    CHECK_FALSE(one.caught_up());
    CHECK(one.in_memory() == 60);
    two.aborted(61);
    CHECK(memory.share() == 100);
}

TEST_CASE("a queue whose share shrinks while it reads stands still for nobody") {
    using Rows = std::vector<Row>;
    QueueMemory memory(100, 10);
    std::vector<MessageId> started;
    std::map<MessageId, Row> table;
    UniqueFunction<void(Result<Rows>)> answer;
    MessageId from = 0, to = 0;
    DurableQueue<Row> queue(
        {memory, 50},
        [&](MessageId after, MessageId before, std::size_t, auto done) {
            from = after;
            to = before;
            answer = std::move(done);
        },
        [&](Row& row) { started.push_back(row.id); });
    const auto read = [&] {
        Rows rows;
        for (const auto& [id, row] : table)
            if (id > from && id < to && rows.size() < 50) rows.push_back(row);
        std::exchange(answer, nullptr)(rows);
    };
    for (MessageId id = 1; id <= 100; ++id) table[id] = {id, 1, std::to_string(id)};
    queue.recover();
    for (MessageId id = 101; id <= 140; ++id) {
        queue.reserve({id, 1, std::to_string(id)});
        table[id] = {id, 1, std::to_string(id)};
        queue.committed(id);
    }
    for (int others = 0; others < 9; ++others) memory.begin();  // a share is 10 now
    std::size_t finished = 0;
    while (answer || finished < started.size()) {
        if (answer) read();
        while (finished < started.size()) {
            const MessageId id = started[finished++];
            table.erase(id);
            queue.finish(id);
        }
    }
    CHECK(started.size() == 140);
    CHECK(table.empty());
}

TEST_CASE("the same chat name on two accounts is two chats") {
    std::vector<MessageId> started;
    QueueMemory memory(100);
    DurableQueue<Row> queue(
        {memory, 10}, [](auto, auto, auto, auto) {}, [&](Row& row) { started.push_back(row.id); });
    queue.reserve(Row{1, 1, "a"});
    queue.reserve(Row{2, 2, "a"});
    queue.committed(1);
    queue.committed(2);
    CHECK(started == Ids{1, 2});
}

TEST_CASE("an aborted item lets the next one of its chat go on") {
    SimulatedTable table(100, 10);
    const auto first = table.reserve("a"), second = table.reserve("a");
    table.commit(second);
    CHECK(table.started.empty());
    table.queue.aborted(first);
    CHECK(table.started == Ids{second});
    table.queue.aborted(12345);  // unknown: nothing happens
    table.finish(second);
    CHECK(table.queue.chats() == 0);
}

TEST_CASE("what is done while a reading has it in hand does not start") {
    SimulatedTable table(100, 10);
    const auto told = table.write_behind_its_back("a"), waits = table.write_behind_its_back("a");
    table.queue.recover();
    REQUIRE(table.reading());
    table.take_snapshot();
    table.finish(told);  // somebody else says so: it never came into memory
    table.answer_all();
    CHECK(table.started == Ids{waits});
}

TEST_CASE("what ends behind the one that runs in its chat takes nothing but its own place") {
    SimulatedTable table(100, 10);
    const auto given_up = table.reserve("a");
    const auto running = table.add("a");
    table.write(given_up);
    table.out_of_order.insert(given_up);
    table.queue.aborted(given_up);  // its commit seemed to fail
    table.queue.recover();
    table.answer_all();
    REQUIRE(table.started == Ids{running});
    const auto next = table.add("a");
    table.finish(given_up);
    CHECK(table.queue.started(running));
    CHECK(table.started == Ids{running});
    table.finish(running);
    CHECK(table.started == Ids{running, next});
    table.finish(next);
    CHECK(table.queue.chats() == 0);
    CHECK(table.queue.in_memory() == 0);
}

TEST_CASE("what does not fit into memory is read back, in order") {
    SimulatedTable table(8, 3);
    Ids added;
    for (int i = 0; i < 50; ++i) added.push_back(table.add("a"));
    CHECK(table.queue.in_memory() <= 8 + 3);
    CHECK_FALSE(table.queue.caught_up());
    table.finish_all();
    CHECK(table.started == added);
    CHECK(table.queue.caught_up());
    CHECK(table.rows.empty());
    const auto later = table.add("a");
    CHECK(table.started.back() == later);
}

TEST_CASE("a commit that is slow while memory is full is not passed over") {
    SimulatedTable table(4, 3);
    for (int i = 0; i < 4; ++i) table.add("a");
    const auto slow = table.reserve("b");
    const auto fast = table.reserve("b");
    table.commit(fast);
    table.finish_all();
    CHECK(std::count(table.started.begin(), table.started.end(), fast) == 0);
    table.commit(slow);
    table.finish_all();
    CHECK(table.started.size() == 6);
    CHECK(table.rows.empty());
}

TEST_CASE("an aborted item that stood in the table alone does not hold up the queue") {
    SimulatedTable table(4, 3);
    for (int i = 0; i < 4; ++i) table.add("a");
    const auto refused = table.reserve("a");
    CHECK_FALSE(table.queue.caught_up());
    table.queue.aborted(refused);
    table.finish_all();
    const auto later = table.add("a");
    table.answer_all();
    CHECK(table.started.back() == later);
    table.finish_all();
    CHECK(table.rows.empty());
    CHECK(table.queue.caught_up());
}

TEST_CASE("recover() finds what was there before the start") {
    SimulatedTable table(8, 3);
    Ids before;
    for (int i = 0; i < 20; ++i) before.push_back(table.write_behind_its_back("a"));
    table.queue.recover();
    table.finish_all();
    CHECK(table.started == before);
    CHECK(table.queue.caught_up());
}

TEST_CASE("what comes in during the reading at the start is neither lost nor overtakes") {
    SimulatedTable table(8, 3);
    const auto before = table.write_behind_its_back("a");
    table.queue.recover();
    const auto fresh = table.add("a");  // committed before the snapshot, so the reading finds it as well
    CHECK(table.started.empty());
    table.answer_all();
    table.finish_all();
    CHECK(table.started == Ids{before, fresh});
}

TEST_CASE("recover() takes nothing twice") {
    SimulatedTable table(100, 3);
    const auto running = table.add("a");
    const auto waiting = table.add("a");
    const auto uncommitted = table.reserve("b");
    table.write(uncommitted);  // in the table, but its answer is still on its way
    table.queue.recover();
    table.answer_all();
    CHECK(table.started == Ids{running});
    table.queue.committed(uncommitted);
    table.finish_all();
    CHECK(table.started == Ids{running, uncommitted, waiting});
}

TEST_CASE("recover() finds a row whose commit seemed to fail") {
    SimulatedTable table(100, 3);
    const auto in_doubt = table.reserve("a");
    table.write(in_doubt);
    table.queue.aborted(in_doubt);
    CHECK(table.started.empty());
    table.queue.recover();
    table.finish_all();
    CHECK(table.started == Ids{in_doubt});
}

TEST_CASE("a commit that comes late is found by looking, in pieces") {
    SimulatedTable table(100, 3);
    for (int i = 0; i < 7; ++i) table.add("a");
    const auto late = table.reserve("b");
    table.queue.aborted(late);  // nobody knew
    table.queue.find_late();
    table.answer_all();
    CHECK(table.queue.caught_up());
    CHECK(table.running.count(late) == 0);
    table.write(late);
    table.queue.find_late();
    CHECK(table.queue.caught_up());  // looking holds up nothing
    table.answer_all();
    CHECK(table.running.count(late) == 1);
    table.finish_all();
    CHECK(table.rows.empty());
    CHECK(table.queue.caught_up());
}

TEST_CASE("what ends while memory looks for late commits is not late") {
    SimulatedTable table(100, 3);
    const auto ends = table.add("a");
    table.queue.find_late();
    table.take_snapshot();
    table.finish(ends);
    const auto comes = table.add("a");
    table.answer_all();
    CHECK(table.started == Ids{ends, comes});
    CHECK(table.queue.caught_up());
}

TEST_CASE("what was set aside is not taken up again while its row stands in the table") {
    SimulatedTable table(100, 3);
    const auto sent = table.add("a"), next = table.add("a");
    table.running.erase(sent);
    table.queue.set_aside(sent);
    CHECK(table.started == Ids{sent, next});
    table.queue.find_late();
    table.answer_all();
    table.queue.recover();
    table.answer_all();
    table.finish(sent);
    CHECK(table.queue.started(next));
    table.finish_all();
    CHECK(table.started == Ids{sent, next});
    CHECK(table.rows.empty());
}

TEST_CASE("an item that is done during a reading does not come back with it") {
    SimulatedTable table(100, 3);
    const auto id = table.add("a");
    table.queue.recover();
    table.take_snapshot();  // sees the row
    table.finish(id);
    table.answer_all();
    CHECK(table.started == Ids{id});
    CHECK(table.queue.in_memory() == 0);
}

TEST_CASE("recover() during a reading begins anew") {
    SimulatedTable table(8, 3);
    for (int i = 0; i < 12; ++i) table.write_behind_its_back("a");
    table.queue.recover();
    table.answer();
    table.take_snapshot();
    const auto requeued = table.write_behind_its_back("b");
    table.queue.recover();
    table.finish_all();
    CHECK(table.started.size() == 13);
    CHECK(std::count(table.started.begin(), table.started.end(), requeued) == 1);
    CHECK(table.rows.empty());
}

TEST_CASE("recover() gets through while memory is full of a few chats") {
    SimulatedTable table(40, 5);
    for (int i = 0; i < 39; ++i) table.add(i % 2 == 0 ? "a" : "b");
    table.queue.recover();
    table.finish_all();
    CHECK(table.started.size() == 39);
    CHECK(table.rows.empty());
}

TEST_CASE("recover() with full memory lets chats go on while another is stuck") {
    SimulatedTable table(40, 5);
    const auto stuck = table.add("stuck");
    for (int i = 0; i < 34; ++i) table.add("stuck");
    const auto first = table.add("b");
    const auto second = table.add("b");
    table.queue.recover();
    table.answer_all();
    table.finish(first);
    table.answer_all();
    CHECK(table.started == Ids{stuck, first, second});
}

TEST_CASE("a reading that failed is tried again") {
    SimulatedTable table(8, 3);
    const auto before = table.write_behind_its_back("a");
    table.queue.recover();
    table.fail_reading();
    CHECK(table.started.empty());
    CHECK(table.reading());
    table.finish_all();
    CHECK(table.started == Ids{before});
}

TEST_CASE("a paused queue starts nothing until it is resumed") {
    SimulatedTable table(100, 3);
    const auto running = table.add("a");
    table.queue.pause();
    table.add("a");
    const auto other = table.add("b");
    table.finish(running);
    CHECK(table.started == Ids{running});
    table.queue.resume();
    CHECK(table.started.size() == 3);
    CHECK(std::count(table.started.begin(), table.started.end(), other) == 1);
}

TEST_CASE("a paused queue does not fill memory beyond its bound") {
    SimulatedTable table(8, 3);
    for (int i = 0; i < 100; ++i) table.write_behind_its_back(std::to_string(i));
    table.queue.pause();
    table.queue.recover();
    table.answer_all();
    CHECK(table.queue.in_memory() <= 8 + 3);
    table.queue.resume();
    table.finish_all();
    CHECK(table.started.size() == 100);
}

}  // namespace
}  // namespace parley::test
