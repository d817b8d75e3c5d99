-- The evidence vault: content under its SHA-256, sealed under a key of its own, written once.
CREATE TABLE vault_items (
    sha256      bytea   PRIMARY KEY CHECK (octet_length(sha256) = 32),
    size        bigint  NOT NULL,
    -- The item's own key, sealed under the vault's key; the item's hash is associated data of both.
    wrapped_key bytea   NOT NULL,
    sealed      bytea   NOT NULL
);

-- What an item is to a complaint: two complaints may cite the same evidence.
CREATE TABLE vault_records (
    complaint  uuid        NOT NULL,
    name       text        NOT NULL,
    sha256     bytea       NOT NULL REFERENCES vault_items,
    media_type text        NOT NULL,
    obtained   text        NOT NULL,
    kept_by    text        NOT NULL,
    kept_at    timestamptz NOT NULL,
    PRIMARY KEY (complaint, name, sha256)
);

-- The custody chain: who got an item, in the order it was handed on.
CREATE TABLE vault_custody (
    number    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint uuid        NOT NULL,
    sha256    bytea       NOT NULL REFERENCES vault_items,
    act       text        NOT NULL,
    actor     text        NOT NULL,
    at        timestamptz NOT NULL
);
CREATE INDEX vault_custody_of ON vault_custody (complaint, sha256);

-- What a reaction did outside the log, under its cause and name: run again, it finds what it did.
CREATE TABLE effects (
    cause  text  NOT NULL,
    name   text  NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (cause, name)
);

CREATE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER vault_items_once BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_items
    FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER vault_records_once BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_records
    FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER vault_custody_once BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_custody
    FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER effects_once BEFORE UPDATE OR DELETE OR TRUNCATE ON effects
    FOR EACH STATEMENT EXECUTE FUNCTION written_once();
