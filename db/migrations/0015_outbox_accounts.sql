-- Each account's rows of the outbox are read on their own: much that waits for one must not be read through for another.
create index outbox_account on outbox (account_id, id);
