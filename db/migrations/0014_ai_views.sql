-- What reports on the assistant add up and filter by.

-- Everybody is let in while the list is empty.
create or replace view ai_users as
    select user_id as id, '+' || user_id as phone_number, max(name) as whatsapp_name,
           coalesce((select value from settings where name = 'whitelisted_users'), '') = '' or
           user_id = any (string_to_array((select value from settings where name = 'whitelisted_users'), ',')) is true
               as is_whitelisted,
           (user_id = any (string_to_array((select value from settings where name = 'blacklist_ids'), ','))) is not true
               as is_active,
           min(first_seen) as created_at, min(first_seen) as updated_at
      from users group by user_id;

-- Messages that were answered together share one answer; its tokens stand at the first of them alone.
create or replace view ai_messages as
    select m.id, m.sender as user_id, t.conversation_id,
           case when m.direction = 0 then 'inbound' else 'outbound' end as direction, m.type as message_type, m.body as content,
           coalesce(nullif(m.media, '')::json ->> 'source', '') as media_url,
           coalesce(nullif(m.media, '')::json ->> 'mime', '') as media_content_type,
           t.answered as ai_response, t.model as ai_model_used,
           case when t.id <> m.id then 0 else t.input_tokens end as prompt_tokens,
           case when t.id <> m.id then 0 else t.output_tokens end as completion_tokens,
           case when t.id <> m.id then 0 else t.input_tokens + t.output_tokens end as total_tokens,
           m.direction = 1 or not exists (select from inbox i where i.id = m.id) as is_processed,
           case when m.error <> '' then m.error else coalesce(t.error, '') end as error_message,
           m.created_at, coalesce(t.created_at, m.created_at) as updated_at
      from messages m left join turns t on m.direction = 0 and t.messages @> array[m.id]
     where m.kind not in ('timer', 'other');
