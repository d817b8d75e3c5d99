-- Events the settling reaction could not serve, because evidence they rest on is not there or does not open. They are
-- tried again until it is back: one settlement's loss holds up no other.
CREATE TABLE settling_aside (
    stream   text        NOT NULL,
    version  bigint      NOT NULL,
    since    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream, version)
);
