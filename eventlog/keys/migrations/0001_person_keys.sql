-- Keys of persons, wrapped by the installation's master key. A person may have several.
CREATE SCHEMA keys;
CREATE TABLE keys.person_keys (
    id      uuid        PRIMARY KEY,
    person  uuid        NOT NULL,
    wrapped bytea       NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX person_keys_by_person ON keys.person_keys (person, made_at DESC);
