-- A consent between the customer's request and the log's word on it: what the log took goes into the vault, the rest
-- goes. Alone of the tables of evidence it is not written once: what nobody signed by is no evidence.
CREATE TABLE consents_held (
    cause     text        PRIMARY KEY,
    complaint uuid        NOT NULL,
    consent   bytea       NOT NULL CHECK (octet_length(consent) = 32),
    -- The record, its text and the drawing, under the vault's key; the cause is associated data.
    sealed    bytea       NOT NULL,
    held_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX consents_held_of ON consents_held (complaint, consent);
CREATE INDEX consents_held_since ON consents_held (held_at);
