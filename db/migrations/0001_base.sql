-- The base schema. Pending work stands in small queue tables (inbox, outbox); what happened stands in `messages`, one partition a
-- month. A message is written to history once, when it comes in or when it has left.

create table accounts (
    id         integer generated always as identity primary key,
    channel    text not null,               -- 'gateway', 'support', 'terminal'
    name       text not null unique,
    created_at timestamptz not null default now()
);
comment on table accounts is 'One configured identity on a channel.';

create table messages (
    id          bigint      not null,       -- time-ordered, made by the host
    created_at  timestamptz not null,       -- the time in the id
    account_id  integer     not null,
    direction   smallint    not null,       -- 0 in, 1 out
    kind        text        not null,       -- in: message, edited, ...; out: text, media, ...
    chat        text        not null,
    sender      text        not null default '',
    sender_name text        not null default '',
    group_id    text        not null default '',
    provider_id text,                       -- null: the provider gave none
    refers_to   text        not null default '',  -- quoted, edited, revoked or reacted-to provider id
    body        text        not null default '',
    media       text        not null default '',  -- JSON
    payload     text        not null default '',  -- JSON: what has no column of its own
    status      text        not null,       -- in: received (handled once it has left the inbox), failed; out: sent, delivered, read, failed
    error       text        not null default '',
    cause       bigint,                     -- out: the inbound message it answers
    trace       text        not null default '',
    sent_at     timestamptz,                -- the provider's clock
    primary key (id, created_at)
) partition by range (created_at);
comment on table messages is 'History of both directions; the status of a handled inbound message is told by its absence from inbox.';

-- When the host made an id: see host/core/ids.hpp.
create function parley_time(id bigint) returns timestamptz language sql immutable parallel safe as
    $$ select timestamptz 'epoch' + ((id >> 22) + 1704067200000) * interval '1 millisecond' $$;

-- Makes the partition of the month that `day` lies in, with its indexes, unless it is there. Provider ids of inbound messages are
-- unique within a month; intake looks back over the edge of the month itself.
create function parley_make_partition(day date) returns void language plpgsql as $$
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
end $$;

create table inbox (
    id         bigint primary key,          -- messages.id
    created_at timestamptz not null,        -- messages.created_at, to find its partition
    not_before timestamptz not null default '-infinity'
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
comment on table inbox is 'Inbound messages that are committed and not yet handled.';

create table outbox (
    id         bigint primary key,
    account_id integer not null references accounts,
    chat       text    not null,
    kind       text    not null default 'text',
    body       text    not null default '',
    link       text    not null default '',
    reply_to   text    not null default '',
    media      text    not null default '',  -- JSON
    flags      integer not null default 0,   -- 1 as file, 2 voice
    cause      bigint,
    trace      text    not null default ''
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
comment on table outbox is 'Outbound messages that are committed and not yet sent or failed.';

create table delivery_reports (
    account_id  integer     not null,
    provider_id text        not null,
    status      text        not null,       -- delivered, read, played, failed
    reason      text        not null default '',
    reported_at timestamptz not null default now(),
    primary key (account_id, provider_id, status)
);
comment on table delivery_reports is 'What providers told about sent messages, in any order, also before the sending was recorded.';

create table dead_letters (
    id         bigint primary key,
    kind       text        not null check (kind in ('inbound', 'outbound', 'webhook')),
    account_id integer,
    reason     text        not null,
    content    text        not null default '',  -- outbound: the outbox row as JSON
    raw        bytea,                            -- webhook: the body as it came
    trace      text        not null default '',
    created_at timestamptz not null default now()
);
comment on table dead_letters is 'What could not be handled or sent, kept to be looked at and requeued.';

create table users (
    user_id    text not null,               -- digits of the phone number
    group_id   text not null default '',    -- the group in which they were seen; empty: direct
    name       text not null default '',
    user_group text not null default 'signedup',
    first_seen timestamptz not null default now(),
    primary key (user_id, group_id)
);

create table settings (
    name       text primary key,
    value      text not null,
    updated_at timestamptz not null default now()
);

create table plugins (
    id       text primary key,
    version  text    not null default '',   -- whose migrate() and start() last succeeded
    disabled boolean not null default false
);

create sequence plugin_storage_version;
create table plugin_storage (
    plugin  text   not null,
    key     text   collate "C" not null,
    value   jsonb  not null,
    version bigint not null default nextval('plugin_storage_version'),  -- new with each write: detects lost updates
    primary key (plugin, key)
);

create table timers (
    plugin     text not null,
    account_id integer not null references accounts,
    chat       text not null,
    name       text not null,
    due        timestamptz not null,
    payload    text not null default '',
    sender     text not null default '',
    group_id   text not null default '',
    primary key (plugin, account_id, chat, name)
);
create index timers_due on timers (due);

-- Both directions with their present state, newest last: for people and reports.
create view conversation as
    select m.id, m.created_at, m.account_id, m.direction, m.chat, m.sender, m.body, m.error, m.trace,
           case when m.direction = 0 and m.status = 'received' and not exists (select 1 from inbox i where i.id = m.id)
                then 'handled' else m.status end as status
      from messages m
    union all
    select o.id, null, o.account_id, 1::smallint, o.chat, '', o.body, '', o.trace, 'queued' from outbox o;
