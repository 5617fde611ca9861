#include "bench/floor_writer.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <pqxx/pqxx>
#include <unordered_set>

#include "core/ids.hpp"
#include "db/store/array_literal.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t most_of_a_batch = 128;

// $1..$6 admissions, $7 settlements, $8..$11 replies, $12, $13 sendings, $14 the account.
constexpr const char* statement = R"sql(
with admitted as (
    insert into messages (id, created_at, account_id, direction, kind, chat, sender, sender_name, provider_id, body, status,
                          sent_at)
    select i.id, parley_time(i.id), $14::int, 0, 'message', i.chat, i.sender, i.name, i.provider_id, i.body, 'received', now()
      from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        as i(id, chat, sender, name, provider_id, body)
    on conflict do nothing
    returning id, created_at
), queued as (
    insert into inbox (id, created_at) select id, created_at from admitted
), settled as (
    delete from inbox where id = any($7::bigint[])
), outgoing as (
    insert into outbox (id, account_id, chat, body, cause)
    select o.id, $14::int, o.chat, o.body, o.cause
      from unnest($8::bigint[], $9::text[], $10::text[], $11::bigint[]) as o(id, chat, body, cause)
), gone as (
    delete from outbox o using unnest($12::bigint[], $13::text[]) as s(id, provider_id) where o.id = s.id
    returning o.id, o.account_id, o.chat, o.kind, o.body, o.cause, s.provider_id
), recorded as (
    insert into messages (id, created_at, account_id, direction, kind, chat, provider_id, body, status, cause, sent_at)
    select id, parley_time(id), account_id, 1, kind, chat, provider_id, body, 'sent', cause, now() from gone
)
select id from admitted
)sql";

std::unordered_set<std::int64_t> run_batch(pqxx::connection& connection, std::int32_t account,
                                           const std::vector<FloorWrite>& batch) {
    db::ArrayLiteral id, chat, sender, name, provider_id, body, settled, reply_id, reply_chat, reply, cause, sent_id,
        sent_as;
    for (const auto& [step, message, fresh] : batch) {
        switch (step) {
            case FloorStep::admit:
                id.add(message.id);
                chat.add(message.chat);
                sender.add(message.sender);
                name.add(message.name);
                provider_id.add(message.provider_id);
                body.add(message.body);
                break;
            case FloorStep::settle:
                settled.add(message.id);
                reply_id.add(message.reply_id);
                reply_chat.add(message.chat);
                reply.add(message.reply);
                cause.add(message.id);
                break;
            case FloorStep::sent:
                sent_id.add(message.reply_id);
                sent_as.add(message.reply_provider_id);
                break;
        }
    }
    pqxx::nontransaction tx(connection);  // one statement is a transaction of its own
    const auto rows = tx.exec_prepared("floor", id.str(), chat.str(), sender.str(), name.str(), provider_id.str(),
                                       body.str(), settled.str(), reply_id.str(), reply_chat.str(), reply.str(),
                                       cause.str(), sent_id.str(), sent_as.str(), account);
    std::unordered_set<std::int64_t> admitted;
    for (const auto& row : rows) admitted.insert(row[0].as<std::int64_t>());
    return admitted;
}

}  // namespace

FloorWriter::FloorWriter(const db::DatabaseOptions& database, std::int32_t account)
    : database_(database), account_(account), event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { run(); });
}

FloorWriter::~FloorWriter() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void FloorWriter::write(FloorStep step, FloorMessage message) {
    {
        std::lock_guard lock(mutex_);
        waiting_.push_back({step, std::move(message), true});
    }
    wake_.notify_one();
}

std::vector<FloorWrite> FloorWriter::take_written() {
    eventfd_t count = 0;
    eventfd_read(event_.get(), &count);
    std::lock_guard lock(mutex_);
    return std::exchange(written_, {});
}

void FloorWriter::run() try {
    const auto connection = db::connect(database_, "parley bench floor");
    pqxx::nontransaction(*connection)
        .exec(
            "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; "
            "set plan_cache_mode = force_generic_plan");
    connection->prepare("floor", statement);
    std::vector<FloorWrite> batch;
    for (;;) {
        batch.clear();
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            while (!waiting_.empty() && batch.size() < most_of_a_batch) {
                batch.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
        }
        const auto admitted = run_batch(*connection, account_, batch);
        for (auto& write : batch)
            if (write.step == FloorStep::admit) write.fresh = admitted.count(write.message.id) != 0;
        std::lock_guard lock(mutex_);
        for (auto& write : batch) written_.push_back(std::move(write));
        eventfd_write(event_.get(), 1);
    }
} catch (const std::exception& failure) {
    // It measures; it does not recover.
    std::cerr << "floor: " << failure.what() << std::endl;
    std::_Exit(1);
}

}  // namespace parley::bench
