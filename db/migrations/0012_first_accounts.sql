-- The environment makes the first account of a channel once. One that was removed since must not come back at the next start.
create table first_accounts (
    channel  text primary key,
    taken_at timestamptz not null default now()
);
comment on table first_accounts is 'Channels whose account in the environment was looked at: from then on the database counts.';
