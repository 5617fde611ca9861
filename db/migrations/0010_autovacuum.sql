-- Keeps the housekeeping of the busy tables out of the way of messages. Measured under load: an ANALYZE of a month of history took
-- a core for 150 ms every ten seconds, and cutting the end off a queue table locked everybody out of it.

-- Queue tables are always short again soon: nothing is won by giving their pages back, and their statistics are never true.
alter table inbox set (vacuum_truncate = off, autovacuum_analyze_threshold = 1000000000);
alter table outbox set (vacuum_truncate = off, autovacuum_analyze_threshold = 1000000000);
alter table media_downloads set (vacuum_truncate = off, autovacuum_analyze_threshold = 1000000000);

-- History is written once: what an ANALYZE has found stays true, and a small sample tells the busy chats from the others. Of long
-- texts nothing is asked that statistics could help with.
create function parley_tune_partition(part regclass) returns void language plpgsql as $$
begin
    execute format(
        'alter table %s
            alter column id set statistics 25, alter column created_at set statistics 25,
            alter column account_id set statistics 25, alter column direction set statistics 25,
            alter column kind set statistics 25, alter column type set statistics 25,
            alter column chat set statistics 25, alter column sender set statistics 25,
            alter column group_id set statistics 25, alter column provider_id set statistics 25,
            alter column status set statistics 25, alter column cause set statistics 25,
            alter column sent_at set statistics 25, alter column sender_name set statistics 0,
            alter column refers_to set statistics 0, alter column body set statistics 0,
            alter column media set statistics 0, alter column payload set statistics 0,
            alter column error set statistics 0, alter column trace set statistics 0', part);
    execute format(
        'alter table %s set (autovacuum_analyze_threshold = 50000, autovacuum_analyze_scale_factor = 0.5,
                             autovacuum_vacuum_insert_threshold = 200000, autovacuum_vacuum_insert_scale_factor = 0.5)', part);
end $$;

create or replace function parley_make_partition(day date) returns void language plpgsql as $$
declare
    first date := date_trunc('month', day)::date;
    part  text := 'messages_' || to_char(day, 'YYYY_MM');
begin
    if to_regclass(part) is not null then
        return;
    end if;
    execute format(
        'create table %I partition of messages for values from (%L) to (%L)',
        part, first || ' 00:00:00+00', (first + interval '1 month')::date || ' 00:00:00+00');
    execute format('create unique index %I on %I (account_id, provider_id) where direction = 0',
                   part || '_inbound', part);
    execute format('create index %I on %I (account_id, provider_id) where direction = 1 and provider_id is not null',
                   part || '_outbound', part);
    execute format('create index %I on %I (account_id, chat, id)', part || '_chat', part);
    execute format('create index %I on %I using brin (created_at)', part || '_time', part);
    perform parley_tune_partition(part::regclass);
end $$;

select parley_tune_partition(inhrelid::regclass) from pg_inherits where inhparent = 'messages'::regclass;

-- Old reports are looked for by their age; they come in its order.
create index delivery_reports_time on delivery_reports using brin (reported_at) with (autosummarize = on);
