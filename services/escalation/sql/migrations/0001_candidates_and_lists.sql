-- What may share a cause: keyed hashes of product and site, cause words as codes. Purgeable and rebuildable.
CREATE TABLE candidates (
    complaint    uuid        PRIMARY KEY,
    person       uuid        NOT NULL,
    place        bytea       NOT NULL,
    received_at  timestamptz NOT NULL,
    cause_words  text[]      NOT NULL,
    position     bigint      NOT NULL,
    group_id     uuid,
    group_causes text[],
    -- The position of the complaint that led to the grouping: a reaction run again must not see its own work.
    grouped_by   bigint
);
CREATE INDEX candidates_by_place ON candidates (place, received_at);

CREATE TABLE escalation_list (
    complaint  uuid        PRIMARY KEY,
    person     uuid        NOT NULL,
    progress   text        NOT NULL,
    desk       text,
    level      text,
    grade      text,
    timing     text,
    owner      text,
    group_id   uuid,
    bypasses   integer     NOT NULL,
    bypasses_with_record integer NOT NULL
);

CREATE TABLE group_list (
    group_id  uuid    PRIMARY KEY,
    initiator uuid    NOT NULL,
    stage     text    NOT NULL,
    causes    text[]  NOT NULL,
    members   integer NOT NULL,
    persons   integer NOT NULL
);
