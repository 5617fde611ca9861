#include "db/store/usage.hpp"

#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"

namespace parley::db {
namespace {

constexpr const char* usage_key = "(day, organisation_id, account_id, chat, person, kind, model)";

// Adds rows of what was used to the table's.
std::string add_to_usage(const std::string& rows) {
    return std::string(
               "insert into gpt_usage as u (day, organisation_id, account_id, chat, person, kind, model, calls, ") +
           "input_tokens, output_tokens, amount, micro_usd) " + rows + " on conflict " + usage_key +
           " do update set calls = u.calls + excluded.calls, input_tokens = u.input_tokens + excluded.input_tokens, "
           "output_tokens = u.output_tokens + excluded.output_tokens, amount = u.amount + excluded.amount, "
           "micro_usd = u.micro_usd + excluded.micro_usd";
}

// The condition on gpt_usage `x` that a filter makes; adds the values of its place holders.
std::string condition_of(const UsageFilter& filter, std::vector<std::string>& values) {
    std::string condition = "true";
    const auto add = [&](const char* begin, const std::string& value, const char* end) {
        values.push_back(value);
        condition += std::string(" and ") + begin + "$" + std::to_string(values.size()) + end;
    };
    if (filter.organisation) add("x.organisation_id = ", std::to_string(*filter.organisation), "::integer");
    if (filter.organisation_of)
        add("x.organisation_id = (select a.organisation_id from accounts a where a.id = ",
            std::to_string(*filter.organisation_of), "::integer)");
    if (filter.account) add("x.account_id = ", std::to_string(*filter.account), "::integer");
    if (!filter.chat.empty()) add("x.chat = ", filter.chat, "");
    if (!filter.person.empty()) add("x.person = ", filter.person, "");
    if (!filter.kind.empty()) add("x.kind = ", filter.kind, "");
    if (!filter.model.empty()) add("x.model = ", filter.model, "");
    if (!filter.from.empty()) add("x.day >= ", filter.from, "::date");
    if (!filter.to.empty()) add("x.day <= ", filter.to, "::date");
    return condition;
}

const char* name_of(UsageBy by) {
    switch (by) {
        case UsageBy::all:
            return "''";
        case UsageBy::organisation:
            return "(select o.name from organisations o where o.id = x.organisation_id)";
        case UsageBy::account:
            return "(select a.name from accounts a where a.id = x.account_id)";
        case UsageBy::chat:
            return "x.chat";
        case UsageBy::person:
            return "x.person";
        case UsageBy::kind:
            return "x.kind";
        case UsageBy::model:
            return "x.model";
        case UsageBy::day:
            return "x.day::text";
    }
    return "''";
}

}  // namespace

void write_reservations(pqxx::work& tx, const std::vector<GptReservation>& reservations) {
    if (reservations.empty()) return;
    ArrayLiteral ids, days, organisations, accounts, chats, persons, kinds, models, inputs, outputs, amounts, costs;
    for (const auto& one : reservations) {
        ids.add(one.id);
        days.add(one.day);
        organisations.add(std::int64_t(one.organisation));
        accounts.add(std::int64_t(one.account));
        chats.add(one.chat);
        persons.add(one.person);
        kinds.add(one.kind);
        models.add(one.model);
        inputs.add(one.input_tokens);
        outputs.add(one.output_tokens);
        amounts.add(one.amount);
        costs.add(one.micro_usd);
    }
    tx.exec_params(
        "insert into gpt_reservations (id, day, organisation_id, account_id, chat, person, kind, model, input_tokens, "
        "output_tokens, amount, micro_usd) "
        "select * from unnest($1::bigint[], $2::date[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], "
        "$8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]) on conflict (id) do nothing",
        ids.str(), days.str(), organisations.str(), accounts.str(), chats.str(), persons.str(), kinds.str(),
        models.str(), inputs.str(), outputs.str(), amounts.str(), costs.str());
}

void settle_reservations(pqxx::work& tx, const std::vector<GptCharge>& charges) {
    if (charges.empty()) return;
    ArrayLiteral ids, counts, models, inputs, outputs, amounts, costs;
    for (const auto& one : charges) {
        ids.add(one.id);
        counts.add(std::int64_t(one.counts));
        models.add(one.model);
        inputs.add(one.input_tokens);
        outputs.add(one.output_tokens);
        amounts.add(one.amount);
        costs.add(one.micro_usd);
    }
    // Sorted, so that two hosts that write the same rows do not wait for each other crosswise.
    tx.exec_params(
        "with given as (select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], "
        "                                    $6::bigint[], $7::bigint[]) "
        "               as g(id, calls, model, input_tokens, output_tokens, amount, micro_usd)), "
        "gone as (delete from gpt_reservations r using given g where r.id = g.id "
        "         returning r.day, r.organisation_id, r.account_id, r.chat, r.person, r.kind, "
        "                   coalesce(nullif(g.model, ''), r.model) as model, g.calls, g.input_tokens, g.output_tokens, "
        "                   g.amount, g.micro_usd) " +
            add_to_usage("select day, organisation_id, account_id, chat, person, kind, model, sum(calls), "
                         "sum(input_tokens), sum(output_tokens), sum(amount), sum(micro_usd) from gone "
                         "where calls > 0 group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7"),
        ids.str(), counts.str(), models.str(), inputs.str(), outputs.str(), amounts.str(), costs.str());
}

std::int64_t charge_abandoned_reservations(pqxx::work& tx) {
    const auto left = tx.exec1("select count(*) from gpt_reservations")[0].as<std::int64_t>();
    if (left > 0)
        tx.exec("with gone as (delete from gpt_reservations returning *) " +
                add_to_usage("select day, organisation_id, account_id, chat, person, kind, model, count(*), "
                             "sum(input_tokens), sum(output_tokens), sum(amount), sum(micro_usd) from gone "
                             "group by 1, 2, 3, 4, 5, 6, 7"));
    return left;
}

void forget_old_usage(pqxx::work& tx, int days) {
    tx.exec_params("delete from gpt_usage where day < current_date - $1::int", days);
}

std::vector<UsageTotal> read_day_totals(pqxx::work& tx, const std::string& day) {
    std::vector<UsageTotal> totals;
    for (const auto& row : tx.exec_params(
             "select organisation_id, account_id, chat, person, kind, sum(input_tokens + output_tokens), sum(amount), "
             "sum(micro_usd) from gpt_usage where day = $1::date group by 1, 2, 3, 4, 5",
             day))
        totals.push_back({row[0].as<std::int32_t>(), row[1].as<AccountId>(), row[2].c_str(), row[3].c_str(),
                          row[4].c_str(), row[5].as<std::int64_t>(), row[6].as<std::int64_t>(),
                          row[7].as<std::int64_t>()});
    return totals;
}

std::vector<UsageSum> sum_usage(pqxx::work& tx, const UsageFilter& filter, UsageBy by, std::size_t limit) {
    std::vector<std::string> values;
    const std::string where = condition_of(filter, values);
    const std::string sql =
        std::string("select coalesce(") + name_of(by) +
        ", '') as name, coalesce(sum(calls), 0), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), "
        "coalesce(sum(amount) filter (where kind = 'draw'), 0), "
        "coalesce(sum(amount) filter (where kind = 'transcribe'), 0), "
        "coalesce(sum(amount) filter (where kind = 'speak'), 0), coalesce(sum(micro_usd), 0) as cost "
        "from gpt_usage x where " +
        where + (by == UsageBy::all ? "" : " group by 1") + " order by " +
        (by == UsageBy::day ? "name desc" : "cost desc, sum(input_tokens + output_tokens) desc, name") + " limit " +
        std::to_string(limit);
    std::vector<UsageSum> sums;
    for (const auto& row : tx.exec_params(sql, pqxx::prepare::make_dynamic_params(values)))
        sums.push_back({row[0].c_str(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(), row[3].as<std::int64_t>(),
                        row[4].as<std::int64_t>(), row[5].as<std::int64_t>(), row[6].as<std::int64_t>(),
                        row[7].as<std::int64_t>()});
    return sums;
}

}  // namespace parley::db
