-- What stands behind /api/v1: who changed what, and which requests were made already.

create table audit_log (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default now(),
    actor_kind text        not null,              -- person, api_key, local
    actor_id   bigint      not null default 0,    -- of the user or the key; 0: the operator of the machine
    actor      text        not null default '',   -- how they were called at that time
    action     text        not null,              -- operation of the API: "updateAccount"
    target     text        not null,              -- path it was asked for
    before     text        not null default '',   -- JSON without secrets; empty: was not there, or is not shown
    after      text        not null default '',
    status     integer,                           -- how it was answered; null: the host was cut off meanwhile
    remote     text        not null default ''
);
create index audit_log_actor on audit_log (actor_kind, actor_id, id);
create index audit_log_action on audit_log (action, id);
comment on table audit_log is 'Every change that a person or a key made. A row is written before the change and completed after it.';

create table api_requests (
    principal    text        not null,
    key          text        not null,            -- header Idempotency-Key
    fingerprint  text        not null,            -- of method, path and body
    attempt      text        not null,            -- tells one's own row after a commit in doubt
    status       integer,                         -- null: under way, or cut off
    content_type text        not null default '',
    body         text        not null default '',
    created_at   timestamptz not null default now(),
    primary key (principal, key)
);
create index api_requests_age on api_requests (created_at);
comment on table api_requests is 'Answers to requests with an idempotency key, for a day: the same request gets the same answer.';
