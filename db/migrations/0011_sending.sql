-- What was sent and not delivered can be sent again, other programs may send everything, and a message that went out in pieces has
-- one state.

-- History keeps what is needed to send a message again as it was. Null: 0.
alter table messages add flags smallint,      -- outbox.flags
                     add resent smallint;     -- outbox.resent
alter table outbox add resent smallint not null default 0;  -- how often the host sent it again after it was not delivered

-- The outbox row that an outbound message of history once was.
create function parley_outbox_row(m messages) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'id', m.id, 'account_id', m.account_id, 'chat', m.chat, 'kind', m.kind, 'body', m.body,
        'link', case when m.kind = 'link' then m.payload else '' end, 'reply_to', m.refers_to, 'media', m.media,
        'flags', coalesce(m.flags, 0), 'cause', m.cause, 'trace', m.trace,
        'payload', case when m.kind = 'link' then '' else m.payload end, 'resent', coalesce(m.resent, 0))
$$;

alter table send_requests
    add reply_to text not null default '',    -- the message to quote, to react to, to edit or to revoke: messages.id, or its
                                              -- provider's id
    add pieces bigint[],                      -- once taken, when the text was too long for one message: messages.id of each
    drop constraint send_requests_kind_check,
    add constraint send_requests_kind_check
        check (kind in ('text', 'media', 'link', 'reaction', 'location', 'contacts', 'interactive', 'template', 'poll', 'edit',
                        'revoke'));
alter table campaign_recipients add pieces bigint[];

-- One state for several messages: that of the one that is worst off.
create function parley_state_of(ids bigint[]) returns table (status text, error text) language sql stable as $$
    select s.status, s.error
      from (select coalesce((select m.status from messages m where m.id = p.id and m.created_at = parley_time(p.id)),
                            (select 'queued' from outbox o where o.id = p.id), 'lost') as status,
                   coalesce((select m.error from messages m where m.id = p.id and m.created_at = parley_time(p.id)), '') as error,
                   p.id
              from unnest(ids) as p(id)) s
     order by array_position(array['failed', 'lost', 'queued', 'sent', 'delivered', 'read', 'played'], s.status), s.id
     limit 1
$$;

create or replace view send_request_status as
    select r.id, r.account, r.recipient, r.created_at, r.message_id,
           case when r.error <> '' then 'refused' when r.message_id is null then 'new'
                else coalesce(p.status, c.status, 'queued') end as status,
           coalesce(nullif(r.error, ''), p.error, c.error, '') as error
      from send_requests r
      left join conversation c on c.id = r.message_id
      left join lateral parley_state_of(r.pieces) p on r.pieces is not null;

create or replace view campaign_results as
    select r.campaign_id, r.n, r.chat, r.message_id,
           case r.state when 'queued' then coalesce(p.status, m.status, case when o.id is null then 'lost' else 'queued' end)
                        else r.state end as status,
           coalesce(nullif(r.error, ''), p.error, m.error, '') as error
      from campaign_recipients r
      left join messages m on m.id = r.message_id and m.created_at = parley_time(r.message_id)
      left join outbox o on o.id = r.message_id
      left join lateral parley_state_of(r.pieces) p on r.pieces is not null;
