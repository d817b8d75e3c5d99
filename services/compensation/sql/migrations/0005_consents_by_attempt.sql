-- A request that is sent again, by a fresh link or after a refusal, is an attempt of its own with a record of its own:
-- who concludes the one must not find, keep or drop the other.
ALTER TABLE consents_held DROP CONSTRAINT consents_held_pkey, ADD PRIMARY KEY (cause, consent);
