#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"
#include "db/store/campaigns.hpp"

namespace parley::db {
namespace {

const std::string accounts_of_business =
    "(select o.id from accounts a join accounts o on o.id = a.id or (o.channel = a.channel "
    "    and o.config ->> 'waba_id' = a.config ->> 'waba_id' and a.config ->> 'waba_id' <> '') where a.id = $1)";

}  // namespace

void replace_templates(pqxx::work& tx, AccountId account, const std::vector<TemplateRow>& templates) {
    ArrayLiteral names, languages;
    for (const auto& one : templates) {
        names.add(one.name);
        languages.add(one.language);
        write_template(tx, account, one);
    }
    tx.exec_params(
        "delete from templates where account_id = $1 and (name, language) not in "
        "(select * from unnest($2::text[], $3::text[]))",
        account, names.str(), languages.str());
}

void write_template(pqxx::work& tx, AccountId account, const TemplateRow& one) {
    tx.exec_params(
        "insert into templates (account_id, name, language, status, category, content) values ($1, $2, $3, $4, $5, $6) "
        "on conflict (account_id, name, language) do update set status = excluded.status, "
        "category = excluded.category, content = excluded.content, updated_at = now()",
        account, one.name, one.language, one.status, one.category, one.content);
}

void write_template_status(pqxx::work& tx, AccountId account, const std::string& name, const std::string& language,
                           const std::string& status) {
    tx.exec_params(
        "insert into templates (account_id, name, language, status) "
        "select id, $2, $3, $4 from " +
            accounts_of_business +
            " as theirs "
            "on conflict (account_id, name, language) do update set status = excluded.status, updated_at = now()",
        account, name, language, status);
}

void write_template_category(pqxx::work& tx, AccountId account, const std::string& name, const std::string& language,
                             const std::string& category) {
    tx.exec_params(
        "update templates set category = $4, updated_at = now() where name = $2 and language = $3 and "
        "account_id in " +
            accounts_of_business,
        account, name, language, category);
}

void forget_template(pqxx::work& tx, AccountId account, const std::string& name) {
    tx.exec_params("delete from templates where account_id = $1 and name = $2", account, name);
}

}  // namespace parley::db
