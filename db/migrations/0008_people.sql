-- People who sign in, what they sign in with, and the rooms they talk in. (Table `users` has those who wrote to the bot.)

create table people (
    id         bigint generated always as identity primary key,
    username   text    not null,
    password   text    not null,                  -- argon2id, with its parameters; '' fits none
    role       text    not null default 'user' check (role in ('user', 'operator', 'admin')),
    disabled   boolean not null default false,
    created_at timestamptz not null default now()
);
create unique index people_username on people (lower(username));
comment on table people is 'Who can sign in: people in rooms, operators, admins.';
-- The bot is in every room. Nobody signs in as it.
insert into people (id, username, password) overriding system value values (0, 'bot', '');

create table tokens (
    id           bigint generated always as identity primary key,
    person_id    bigint not null references people on delete cascade,
    hash         bytea  not null unique,          -- SHA-256 of the token
    label        text   not null default '',      -- the program that signed in
    remote       text   not null default '',      -- from where
    created_at   timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at   timestamptz not null
);
create index tokens_person on tokens (person_id, id);
comment on table tokens is 'Sign-ins that hold. A row goes when it is revoked.';

create table api_keys (
    id           bigint generated always as identity primary key,
    name         text   not null,
    hash         bytea  not null unique,          -- SHA-256 of the key
    hint         text   not null,                 -- its last letters, to tell keys apart
    role         text   not null check (role in ('user', 'operator', 'admin')),
    scopes       text[] not null default '{}',
    created_by   text   not null default '',
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at   timestamptz,                     -- null: never
    revoked_at   timestamptz                      -- rows stay, for the audit log names them
);
comment on table api_keys is 'What programs sign in with.';

create table rooms (
    id          bigint generated always as identity primary key,
    type        text   not null check (type in ('chat', 'group')),
    name        text   not null,
    description text   not null,
    created_by  bigint not null references people,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);

-- Who made a room is in it without having joined, so that row has no `joined`.
create sequence room_joins;
create table room_members (
    room_id   bigint not null references rooms on delete cascade,
    person_id bigint not null references people on delete cascade,
    joined    bigint unique,                      -- the membership's id
    joined_at timestamptz not null default now(),
    primary key (person_id, room_id)
);
create index room_members_room on room_members (room_id, joined);

-- Ids ascend in the order of commits within a room (a writer holds the room's row), so that "after this one" misses none.
create table room_messages (
    id         bigint generated always as identity primary key,
    room_id    bigint not null references rooms on delete cascade,
    sender_id  bigint not null references people,
    body       text   not null default '',
    picture    text   not null default '',        -- names in the media store
    video      text   not null default '',
    file       text   not null default '',        -- what is neither
    mime       text   not null default '',        -- of the file that there is
    file_name  text   not null default '',        -- as the sender called it
    outbound   bigint unique,                     -- messages.id, of the bot's: sent again, it is the same one
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index room_messages_room on room_messages (room_id, id);
create index room_messages_time on room_messages using brin (created_at);

create table room_reads (
    message_id bigint not null references room_messages on delete cascade,
    person_id  bigint not null references people on delete cascade,
    read_at    timestamptz not null default now(),
    primary key (message_id, person_id)
);
