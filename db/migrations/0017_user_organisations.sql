-- Who was seen belongs to an organisation, as contacts do: what one of them announces reaches nobody who wrote to
-- another.
alter table users add organisation_id integer not null default 1 references organisations;
alter table users alter organisation_id drop default;
alter table users drop constraint users_pkey, add primary key (organisation_id, user_id, group_id);
comment on column users.organisation_id is 'Whose account they wrote to.';

-- Where there are several: those of the accounts they wrote to; when these messages are gone, those that know them.
-- Who is known nowhere any more stays with the first.
with seen as (
    select distinct a.organisation_id, m.sender as user_id, m.group_id
      from messages m join accounts a on a.id = m.account_id
     where m.direction = 0 and m.sender <> '' and (select count(*) > 1 from organisations)
), belonging as (
    select s.organisation_id, u.user_id, u.group_id, u.name, u.user_group, u.first_seen
      from users u join seen s using (user_id, group_id)
    union
    select i.organisation_id, u.user_id, u.group_id, u.name, u.user_group, u.first_seen
      from users u join contact_identities i
        on i.kind in ('phone', 'user_id', 'lid')
       and i.value = case when u.user_id ~ '^(55[1-9][1-9]9[6-9]\d{7}|521[2-9]\d{9}|549[1-3]\d{9})$'
                          then regexp_replace(u.user_id, '^(55..)9|^(52)1|^(54)9', '\1\2\3') else u.user_id end
     where (select count(*) > 1 from organisations)
       and not exists (select from seen s where s.user_id = u.user_id and s.group_id = u.group_id)
), moved as (
    delete from users u
     where exists (select from belonging b where b.user_id = u.user_id and b.group_id = u.group_id)
       and not exists (select from belonging b where b.user_id = u.user_id and b.group_id = u.group_id
                          and b.organisation_id = u.organisation_id)
)
insert into users (organisation_id, user_id, group_id, name, user_group, first_seen)
    select * from belonging where organisation_id <> 1;
