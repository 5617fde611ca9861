-- What the language model was used for and what that cost, what is reserved for calls under way, where the model is silent,
-- and one place for opt-outs.

create table gpt_usage (
    id              bigint  generated always as identity primary key,
    day             date    not null,             -- in the operator's time zone
    organisation_id integer not null,
    account_id      integer not null,             -- 0: none
    chat            text    not null,
    person          text    not null,             -- users.user_id; empty: nobody, the host's own work
    kind            text    not null,             -- chat, transcribe, speak, draw, embed
    model           text    not null,             -- the one that answered; empty: unknown
    calls           bigint  not null default 0,
    input_tokens    bigint  not null default 0,
    output_tokens   bigint  not null default 0,
    amount          bigint  not null default 0,   -- transcribe: milliseconds; speak: characters; draw: pictures
    micro_usd       bigint  not null default 0,   -- by the prices of that day
    unique (day, organisation_id, account_id, chat, person, kind, model)
);
create index gpt_usage_person on gpt_usage (organisation_id, person, day);
comment on table gpt_usage is 'Use of the language model, a row for each day, chat, person, kind and model.';

-- Committed before the model is asked, gone with the answer. What a host that died leaves here is charged in full at the next start:
-- nobody knows whether the provider has charged it.
create table gpt_reservations (
    id              bigint  primary key,
    day             date    not null,
    organisation_id integer not null,
    account_id      integer not null,
    chat            text    not null,
    person          text    not null,
    kind            text    not null,
    model           text    not null,
    input_tokens    bigint  not null,
    output_tokens   bigint  not null,
    amount          bigint  not null,
    micro_usd       bigint  not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
comment on table gpt_reservations is 'The most that calls under way can cost.';

-- The row stays for a while when a chat is given back, so that other hosts hear of it.
create table takeovers (
    account_id integer     not null references accounts on delete cascade,
    chat       text        not null,
    taken_by   text        not null,              -- who, for people: "phone", "cli", a user's name
    taken_at   timestamptz not null default now(),
    ends_at    timestamptz,                       -- null: when somebody gives it back
    changed_at timestamptz not null default clock_timestamp(),
    primary key (account_id, chat)
);
create index takeovers_changed on takeovers (changed_at);
comment on table takeovers is 'Chats in which a human answers, so that the language model is silent.';

-- A row stays when somebody changes their mind, so that other hosts hear of it.
create table ai_wishes (
    account_id integer     not null references accounts on delete cascade,
    person     text        not null,              -- users.user_id
    wanted     boolean     not null,              -- false: no answers of the language model
    changed_at timestamptz not null default clock_timestamp(),
    primary key (account_id, person)
);
create index ai_wishes_changed on ai_wishes (changed_at);
comment on table ai_wishes is 'Who wants no answers of the language model, and who wants them again.';

create function parley_silence_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('parley_silence', '');
    return null;
end $$;
create trigger takeover_changed after insert or update on takeovers for each statement execute function parley_silence_changed();
create trigger ai_wish_changed after insert or update on ai_wishes for each statement execute function parley_silence_changed();

-- opt_outs alone says who wants no campaigns.
insert into opt_outs (organisation_id, person, opted_out, at, source)
    select distinct on (c.organisation_id, i.value) c.organisation_id, i.value, true, c.opted_out_at, 'operator'
      from contacts c join contact_identities i on i.contact_id = c.id and i.kind in ('phone', 'user_id')
     where c.opted_out_at is not null
     order by c.organisation_id, i.value, c.opted_out_at desc
    on conflict (organisation_id, person) do nothing;
alter table contacts drop column opted_out_at;
