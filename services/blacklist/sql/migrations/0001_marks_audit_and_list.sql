-- Who is behind a phone, an e-mail, an account, a name with address: keyed hashes only. Purgeable and rebuildable.
CREATE TABLE person_mark (
    mark         bytea    NOT NULL,
    kind         text     NOT NULL,
    person       uuid     NOT NULL,
    hash_version smallint NOT NULL,
    PRIMARY KEY (mark, person)
);
CREATE INDEX person_mark_by_person ON person_mark (person);

-- Who looked somebody up, when, by what, and which kinds of flag it found; never whom, nor what was typed.
CREATE TABLE screening_audit (
    id    bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at    timestamptz NOT NULL,
    actor text        NOT NULL,
    roles text[]      NOT NULL,
    desk  text,
    kinds text[]      NOT NULL,
    found text[]      NOT NULL
);
CREATE INDEX screening_audit_by_time ON screening_audit (at);

-- One row per person, made of the folded state. Persons without a flag stand here too, with no states.
CREATE TABLE flag_list (
    person     uuid        PRIMARY KEY,
    standing   text        NOT NULL,
    states     text[]      NOT NULL,
    kinds      text[]      NOT NULL,
    complaints integer     NOT NULL,
    open       integer     NOT NULL,
    score      integer,
    review_due timestamptz,
    expires_at timestamptz
);
CREATE INDEX flag_list_flagged ON flag_list (person) WHERE states <> '{}';
