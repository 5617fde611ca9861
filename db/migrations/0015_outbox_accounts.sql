-- Each account's rows of the outbox are read on their own: much that waits for one must not be read through for another.
create index outbox_account on outbox (account_id, id);

-- And so are requests: those of an account without room are passed over.
create index send_requests_account on send_requests (account, id) where message_id is null and error = '';
