-- Conversations with the language model. What was said stands in `messages`; here stands who talks with the model where, and what was
-- asked and answered, as the model is told it the next time.

create table conversations (
    id                bigint generated always as identity primary key,
    account_id        integer     not null references accounts on delete cascade,
    chat              text        not null,
    person            text        not null,                 -- users.user_id: in a group everybody has a conversation of their own
    title             text        not null default '',      -- the beginning of its first words
    is_active         boolean     not null default true,    -- false: closed by /reset, and never read again
    summary           text        not null default '',      -- of the turns up to summarised_until, by the model
    summarised_until  bigint      not null default 0,       -- turns.id
    pending_command   text        not null default '',      -- the model wants to run it, and waits for the person's yes
    pending_arguments text        not null default '',
    pending_until     timestamptz,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now()
);
create unique index conversations_active on conversations (account_id, chat, person) where is_active;
comment on table conversations is 'Who talks with the language model in which chat of which account.';

create table turns (
    id              bigint primary key,                     -- messages.id of the first message that it answers
    conversation_id bigint      not null references conversations on delete cascade,
    messages        bigint[]    not null,                   -- messages.id of all that it answers
    asked           text        not null,                   -- typed, or heard in a voice note
    attached        text        not null default '',        -- text of a document
    answered        text        not null default '',        -- empty: there was no answer, see error
    model           text        not null default '',        -- the one that answered
    input_tokens    bigint      not null default 0,
    output_tokens   bigint      not null default 0,
    error           text        not null default '',
    foreign_words   boolean     not null default false,     -- words of others came in: a document, a picture, a quotation
    created_at      timestamptz not null default now()
);
create index turns_conversation on turns (conversation_id, id);
create index turns_messages on turns using gin (messages);
comment on table turns is 'One question to the language model and its answer.';

-- The same under the names that AI bots use, for reports: users, conversations and messages of an assistant.
create view ai_users as
    select user_id as id, '+' || user_id as phone_number, max(name) as whatsapp_name,
           user_id = any (string_to_array((select value from settings where name = 'whitelisted_users'), ',')) is true
               as is_whitelisted,
           (user_id = any (string_to_array((select value from settings where name = 'blacklist_ids'), ','))) is not true
               as is_active,
           min(first_seen) as created_at, min(first_seen) as updated_at
      from users group by user_id;

create view ai_conversations as
    select id, person as user_id, title, is_active, created_at, updated_at, account_id, chat from conversations;

create view ai_messages as
    select m.id, m.sender as user_id, t.conversation_id,
           case when m.direction = 0 then 'inbound' else 'outbound' end as direction, m.type as message_type, m.body as content,
           coalesce(nullif(m.media, '')::json ->> 'source', '') as media_url,
           coalesce(nullif(m.media, '')::json ->> 'mime', '') as media_content_type,
           t.answered as ai_response, t.model as ai_model_used, t.input_tokens as prompt_tokens,
           t.output_tokens as completion_tokens, t.input_tokens + t.output_tokens as total_tokens,
           m.direction = 1 or not exists (select from inbox i where i.id = m.id) as is_processed,
           case when m.error <> '' then m.error else coalesce(t.error, '') end as error_message,
           m.created_at, coalesce(t.created_at, m.created_at) as updated_at
      from messages m left join turns t on m.direction = 0 and t.messages @> array[m.id]
     where m.kind not in ('timer', 'other');
