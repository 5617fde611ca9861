-- Who wants no campaigns, and who gets one, is compared by one spelling of a phone number: that of contact_identities.
-- Numbers of Brazil, Mexico and Argentina have two.

with spelt as (
    delete from opt_outs
     where person ~ '^(55[1-9][1-9]9[6-9]\d{7}|521[2-9]\d{9}|549[1-3]\d{9})$' returning *)
insert into opt_outs as o (organisation_id, person, opted_out, at, source)
    select organisation_id, regexp_replace(person, '^(55..)9|^(52)1|^(54)9', '\1\2\3'), opted_out, at, source from spelt
    on conflict (organisation_id, person) do update
       set opted_out = excluded.opted_out, at = excluded.at, source = excluded.source where o.at < excluded.at;

alter table campaign_recipients add person text;  -- as in opt_outs; invalid: what stood in the file
update campaign_recipients set person = chat;     -- by which earlier ones were compared
alter table campaign_recipients alter person set not null;
drop index campaign_recipients_once;
create unique index campaign_recipients_once on campaign_recipients (campaign_id, person);
