-- Files of incoming messages that are still to be fetched from their providers. A row comes with its message, in one
-- transaction, and goes when the file is stored or given up; what became of it then stands in messages.media: "stored"
-- or "problem".

create table media_downloads (
    message_id bigint primary key,                -- messages.id
    account_id integer not null,
    attempts   integer not null default 0,
    next_at    timestamptz not null default now(),
    error      text not null default ''           -- of the last attempt
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index media_downloads_due on media_downloads (next_at);
comment on table media_downloads is 'Files of incoming messages that are not stored yet.';
