-- Of what the bot sent, to whom: reports go by person and by conversation, in both directions.

-- Not everybody goes by a phone number.
create or replace view ai_users as
    select user_id as id, case when user_id ~ '^[0-9]+$' then '+' || user_id end as phone_number,
           max(name) as whatsapp_name,
           coalesce((select value from settings where name = 'whitelisted_users'), '') = '' or
           user_id = any (string_to_array((select value from settings where name = 'whitelisted_users'), ',')) is true
               as is_whitelisted,
           (user_id = any (string_to_array((select value from settings where name = 'blacklist_ids'), ','))) is not true
               as is_active,
           min(first_seen) as created_at, min(first_seen) as updated_at
      from users group by user_id;

-- What the bot sent belongs to who wrote what it answers. Messages that were answered together share one answer, which
-- stands at what was asked; its tokens stand at the first of them alone.
create or replace view ai_messages as
    select m.id, case when m.direction = 0 then m.sender else coalesce(asked.sender, '') end as user_id,
           t.conversation_id,
           case when m.direction = 0 then 'inbound' else 'outbound' end as direction, m.type as message_type, m.body as content,
           coalesce(nullif(m.media, '')::json ->> 'source', '') as media_url,
           coalesce(nullif(m.media, '')::json ->> 'mime', '') as media_content_type,
           case when m.direction = 0 then t.answered end as ai_response,
           case when m.direction = 0 then t.model end as ai_model_used,
           case when m.direction = 1 then null when t.id <> m.id then 0 else t.input_tokens end as prompt_tokens,
           case when m.direction = 1 then null when t.id <> m.id then 0 else t.output_tokens end as completion_tokens,
           case when m.direction = 1 then null when t.id <> m.id then 0 else t.input_tokens + t.output_tokens end
               as total_tokens,
           m.direction = 1 or not exists (select from inbox i where i.id = m.id) as is_processed,
           case when m.error <> '' then m.error when m.direction = 0 then coalesce(t.error, '') else '' end as error_message,
           m.created_at, case when m.direction = 0 then coalesce(t.created_at, m.created_at) else m.created_at end as updated_at
      from messages m
      left join messages asked on m.direction = 1 and asked.id = m.cause and asked.direction = 0
      left join turns t on t.messages @> array[case when m.direction = 0 then m.id else m.cause end]
     where m.kind not in ('timer', 'other');
