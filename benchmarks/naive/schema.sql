CREATE SCHEMA naive;

CREATE TABLE naive.events (
    position        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream          text        NOT NULL COLLATE "C",
    version         integer     NOT NULL,
    type            text        NOT NULL,
    schema_version  smallint    NOT NULL,
    at              timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    correlation_id  text        NOT NULL,
    causation_id    text,
    public_type     text,
    public_schema   text,
    public_sequence integer,
    body            bytea       NOT NULL,
    UNIQUE (stream, version)
);

CREATE TABLE naive.commands (
    id          uuid        PRIMARY KEY,
    stream      text        NOT NULL,
    version     integer     NOT NULL,
    events      smallint    NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE naive.inbox (
    topic         text   NOT NULL COLLATE "C",
    key           text   NOT NULL COLLATE "C",
    last_sequence bigint NOT NULL,
    PRIMARY KEY (topic, key)
);

CREATE TABLE naive.outbox (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream         text        NOT NULL,
    version        integer     NOT NULL,
    type           text        NOT NULL,
    schema         text        NOT NULL,
    sequence       integer     NOT NULL,
    at             timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    correlation_id text        NOT NULL,
    causation_id   text,
    value          bytea       NOT NULL
);

-- Sealed bytes do not compress: the engine does not let PostgreSQL try, so neither does its peer.
ALTER TABLE naive.events ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE naive.outbox ALTER COLUMN value SET STORAGE EXTERNAL;
