-- The log of one service: events, command ids, timers, inbox, chain, and what follows the log.
CREATE SCHEMA eventlog;

CREATE TABLE eventlog.events (
    position        bigint      NOT NULL,
    stream          text        NOT NULL COLLATE "C",
    version         integer     NOT NULL,
    type            text        NOT NULL,
    schema_version  smallint    NOT NULL,
    at              timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    correlation_id  text        NOT NULL,
    causation_id    text,
    public_type     text,
    public_schema   text,
    public_sequence integer,
    body            bytea       NOT NULL,
    public          bytea,
    PRIMARY KEY (position),
    UNIQUE (stream, version),
    CHECK (num_nulls(public_type, public_schema, public_sequence, public) IN (0, 4))
);
-- Sealed bytes do not compress: trying to costs time on the hot path.
ALTER TABLE eventlog.events ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE eventlog.events ALTER COLUMN public SET STORAGE EXTERNAL;
-- An event of a few kilobytes stays in one piece: kept apart, each of its two texts is written and read by chunks.
ALTER TABLE eventlog.events SET (toast_tuple_target = 8160);

CREATE TABLE eventlog.commands (
    id          uuid        PRIMARY KEY,
    stream      text        NOT NULL,
    version     integer     NOT NULL,
    events      smallint    NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX commands_by_age ON eventlog.commands USING brin (recorded_at);

CREATE TABLE eventlog.links (
    last_position  bigint PRIMARY KEY,
    first_position bigint NOT NULL,
    hash           bytea  NOT NULL
);

CREATE TABLE eventlog.timers (
    stream text        NOT NULL COLLATE "C",
    name   text        NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (stream, name)
);
CREATE INDEX timers_by_due ON eventlog.timers (due_at);

CREATE TABLE eventlog.inbox (
    topic         text   NOT NULL COLLATE "C",
    key           text   NOT NULL COLLATE "C",
    last_sequence bigint NOT NULL,
    last_hash     bytea  NOT NULL,
    PRIMARY KEY (topic, key)
);

CREATE TABLE eventlog.parked (
    topic         text        NOT NULL COLLATE "C",
    key           text        NOT NULL COLLATE "C",
    sequence      bigint      NOT NULL,
    partition     integer     NOT NULL,
    record_offset bigint      NOT NULL,
    headers       bytea       NOT NULL,
    value         bytea,
    parked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, key, sequence)
);

CREATE TABLE eventlog.dead_letters (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic         text        NOT NULL,
    partition     integer     NOT NULL,
    record_offset bigint      NOT NULL,
    key           bytea,
    headers       bytea       NOT NULL,
    sealed_value  bytea,
    cause         text        NOT NULL,
    rule          text        NOT NULL,
    attempts      integer     NOT NULL,
    failed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_as    text,
    settled_at    timestamptz,
    UNIQUE (topic, partition, record_offset)
);

CREATE TABLE eventlog.checkpoints (
    name     text   PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE eventlog.quarantine (
    stream      text        PRIMARY KEY,
    position    bigint      NOT NULL,
    reason      text        NOT NULL,
    detected_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE eventlog.leader (
    single      boolean     PRIMARY KEY DEFAULT true CHECK (single),
    epoch       bigint      NOT NULL,
    holder      text        NOT NULL,
    leased_till timestamptz NOT NULL
);
INSERT INTO eventlog.leader (epoch, holder, leased_till) VALUES (0, '', '-infinity');

CREATE TABLE eventlog.clock (
    single       boolean  PRIMARY KEY DEFAULT true CHECK (single),
    offset_value interval NOT NULL
);
INSERT INTO eventlog.clock (offset_value) VALUES ('0');

CREATE FUNCTION eventlog.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT clock_timestamp() + offset_value FROM eventlog.clock $$;

-- Length-prefixed bytes, -1 for null: two different rows never hash the same text. What the last two are made
-- of is stable, so they say no more of themselves: called immutable they would be run, not inlined.
CREATE FUNCTION eventlog.framed(part bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN part IS NULL THEN int4send(-1) ELSE int4send(length(part)) || part END $$;

CREATE FUNCTION eventlog.framed(part text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN part IS NULL THEN int4send(-1) ELSE int4send(octet_length(part)) || convert_to(part, 'UTF8') END $$;

CREATE FUNCTION eventlog.microseconds(instant timestamptz) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT int8send((extract(epoch FROM instant) * 1000000)::bigint) $$;

-- What a link covers of a row. Verification computes the same outside the database (`eventlog/chain.py`).
CREATE FUNCTION eventlog.row_hash(
    place bigint, stream text, version integer, type text, schema_version smallint, happened timestamptz,
    recorded_at timestamptz, correlation_id text, causation_id text,
    public_type text, public_schema text, public_sequence integer, body bytea, public bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT sha256(
       int8send(place) || eventlog.framed(stream) || int4send(version) || eventlog.framed(type)
       || int4send(schema_version) || eventlog.microseconds(happened) || eventlog.microseconds(recorded_at)
       || eventlog.framed(correlation_id) || eventlog.framed(causation_id)
       || eventlog.framed(public_type) || eventlog.framed(public_schema)
       || int4send(coalesce(public_sequence, 0)) || eventlog.framed(body) || eventlog.framed(public)) $$;
