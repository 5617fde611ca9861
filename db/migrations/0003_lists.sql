-- What reading back needs: see docs/performance.md, "Lists on ten million messages". Ids ascend in time, so each of these grows at
-- its right edge alone. The pages that are written are few and stay in memory.

-- One account, newest first.
create index messages_account on messages (account_id, id);
-- Seldom forms: nearly all messages are plain text, and those are found by going back along the primary key.
create index messages_type on messages (type, id) where type <> 'text';
-- Files.
create index messages_media on messages (id) where media <> '';
-- What did not arrive.
create index messages_failed on messages (id) where status = 'failed';
