-- Accounts of several organisations, what belongs to them, and the people they talk to.

-- Of immutable parts only, so that the planner puts it in place instead of calling it for each row (adding an interval to a
-- timestamptz is merely stable).
create or replace function parley_time(id bigint) returns timestamptz language sql immutable parallel safe as
    $$ select to_timestamp(((id >> 22) + 1704067200000) / 1000::double precision) $$;

create table organisations (
    id         integer generated always as identity primary key,
    name       text not null unique,
    created_at timestamptz not null default now()
);
comment on table organisations is 'Who accounts and contacts belong to.';
insert into organisations (name) values ('default');

alter table accounts
    add organisation_id integer not null default 1 references organisations,
    add address    text    not null default '',   -- how the provider names it: phone number id, sender, device
    add config     jsonb   not null default '{}',  -- what may be seen
    add secrets    text    not null default '',   -- the credentials, JSON, sealed with the master key
    add enabled    boolean not null default true,
    add updated_at timestamptz not null default now();
-- One address is one account: two would both take its webhooks.
create unique index accounts_address on accounts (channel, address) where address <> '';

-- Access tokens are changed by the host itself, ahead of their expiry; the rest of the credentials only by people.
create table account_tokens (
    account_id integer primary key references accounts on delete cascade,
    token      text not null,                     -- sealed
    issued_at  timestamptz not null default now(),
    expires_at timestamptz                        -- null: never
);

-- What providers know a file of ours by, until they forget it.
create table media_uploads (
    account_id integer not null references accounts on delete cascade,
    hash       text    not null,                  -- name in the media store
    media_id   text    not null,
    expires_at timestamptz not null,
    primary key (account_id, hash)
);

create table account_events (
    id         bigint  primary key,               -- time-ordered, made by the host
    account_id integer not null,
    type       text    not null,
    payload    text    not null default '',
    told_at    timestamptz not null
);
create index account_events_account on account_events (account_id, id);
comment on table account_events is 'What providers told about accounts themselves: quality, limits, alerts, templates.';

create table templates (
    account_id integer not null references accounts on delete cascade,
    name       text    not null,
    language   text    not null,
    status     text    not null,
    category   text    not null default '',
    content    text    not null default '',       -- the provider's own JSON
    updated_at timestamptz not null default now(),
    primary key (account_id, name, language)
);

-- One person, one row, however many names providers have for them.
create table contacts (
    id              bigint generated always as identity primary key,
    organisation_id integer not null references organisations,
    name            text not null default '',
    phone           text not null default '',     -- digits with country code, as people dial it; empty: unknown
    opted_out_at    timestamptz,                  -- wants no campaigns
    first_seen      timestamptz not null default now(),
    last_seen       timestamptz not null default now()
);
create index contacts_newest on contacts (organisation_id, id);

create table contact_identities (
    organisation_id integer not null references organisations,
    kind            text    not null,             -- phone, user_id, parent_user_id, lid, username
    value           text    not null,             -- phone: without the digits that Brazil, Mexico and Argentina may add
    contact_id      bigint  not null references contacts on delete cascade,
    primary key (organisation_id, kind, value)
);
create index contact_identities_contact on contact_identities (contact_id);

-- What lists call an outbound message: the kind of its file, else its own.
-- Stable, for so are its parts: called immutable, it could not be put in place and would cost a call for each row.
create function parley_outbound_type(kind text, media text) returns text language sql stable parallel safe as
    $$ select case when kind = 'media' and media <> '' then coalesce(media::json ->> 'kind', kind) else kind end $$;

alter table messages add type text not null default '';      -- text, image, location, template, ...
alter table outbox add payload text not null default '';     -- location, contacts, interactive, template, poll: JSON
alter table delivery_reports add details text not null default '';  -- pricing and all errors, JSON

-- The door for other programs: a row inserted here is sent like a message of the host's own. The host takes rows away; what
-- became of each is told by the view send_request_status.
create table send_requests (
    id         bigint generated always as identity primary key,
    account    text not null default '',          -- name of the account; empty: the only one that can send to people
    recipient  text not null check (recipient <> ''),
    kind       text not null default 'text' check (kind in ('text', 'media', 'link', 'location', 'contacts', 'interactive', 'template')),
    body       text not null default '',          -- text or caption
    link       text not null default '',          -- kind link; kind media: where the file is fetched from
    payload    text not null default '',          -- JSON of the structured kinds
    created_at timestamptz not null default now(),
    message_id bigint,                            -- once taken: messages.id
    error      text not null default ''           -- not empty: it was refused, and why
);
create index send_requests_new on send_requests (id) where message_id is null and error = '';
comment on table send_requests is 'Other programs insert here what shall be sent.';

create function parley_send_requested() returns trigger language plpgsql as $$
begin
    perform pg_notify('parley_send_requests', '');
    return null;
end $$;
create trigger send_requested after insert on send_requests for each statement execute function parley_send_requested();

create view send_request_status as
    select r.id, r.account, r.recipient, r.created_at, r.message_id,
           case when r.error <> '' then 'refused' when r.message_id is null then 'new' else coalesce(c.status, 'queued') end as status,
           coalesce(nullif(r.error, ''), c.error, '') as error
      from send_requests r left join conversation c on c.id = r.message_id;
