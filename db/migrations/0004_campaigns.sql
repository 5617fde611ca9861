-- Messages to many: who gets what, how far it is, and who does not want any.

create table campaigns (
    id          bigint generated always as identity primary key,
    account_id  integer not null references accounts on delete cascade,
    name        text    not null check (name <> ''),
    kind        text    not null check (kind in ('text', 'template')),
    body        text    not null default '',      -- text, with {{1}}, {{2}}, ... for a recipient's parameters
    payload     text    not null default '',      -- template: JSON, with the same place holders in its texts
    rate        double precision not null check (rate > 0),  -- messages a second
    state       text    not null default 'draft'
                check (state in ('draft', 'scheduled', 'running', 'paused', 'done', 'cancelled')),
    reason      text    not null default '',      -- why it was paused by the host
    start_at    timestamptz,                      -- scheduled: when
    recipients  bigint  not null default 0,       -- rows of campaign_recipients
    invalid     bigint  not null default 0,       -- of these: never sent to, since the row makes no message
    skipped     bigint  not null default 0,       -- of these: opted out
    queued      bigint  not null default 0,       -- of these: in the outbox, or sent, or failed
    duplicates  bigint  not null default 0,       -- lines of the file that named somebody again; they have no row
    created_at  timestamptz not null default now(),
    started_at  timestamptz,
    finished_at timestamptz
);
create index campaigns_active on campaigns (id) where state in ('scheduled', 'running');
comment on table campaigns is 'A message to many recipients, at a rate of its own.';

create table campaign_recipients (
    campaign_id bigint  not null references campaigns on delete cascade,
    n           bigint  not null,                 -- the line of the file
    chat        text    not null,                 -- chat id on the channel; invalid: what stood in the file
    params      json    not null default '[]',    -- texts for {{1}}, {{2}}, ...
    state       text    not null default 'waiting' check (state in ('waiting', 'queued', 'skipped', 'invalid')),
    message_id  bigint,                           -- queued: messages.id
    error       text    not null default '',
    primary key (campaign_id, n)
);
-- Nobody gets a campaign twice.
create unique index campaign_recipients_once on campaign_recipients (campaign_id, chat);

-- What became of each recipient.
create view campaign_results as
    select r.campaign_id, r.n, r.chat, r.message_id,
           case r.state when 'queued' then coalesce(m.status, case when o.id is null then 'lost' else 'queued' end)
                        else r.state end as status,
           coalesce(nullif(r.error, ''), m.error, '') as error
      from campaign_recipients r
      left join messages m on m.id = r.message_id and m.created_at = parley_time(r.message_id)
      left join outbox o on o.id = r.message_id;

-- A row stays when somebody comes back: an old "stop" that is delivered again must not undo it.
create table opt_outs (
    organisation_id integer     not null references organisations,
    person          text        not null,         -- digits of the phone number, or what the provider calls somebody without one
    opted_out       boolean     not null,
    at              timestamptz not null,
    source          text        not null,         -- 'word', 'provider', 'operator'
    primary key (organisation_id, person)
);
comment on table opt_outs is 'Who wants no campaigns, and who wants them again.';
