-- Who is who: keyed hashes of what identifies a person. The first known mark decides (architecture.md 3.15).
CREATE TABLE identity (
    mark   bytea PRIMARY KEY,
    person uuid  NOT NULL
);
CREATE INDEX identity_by_person ON identity (person);

-- Keyed hashes of what ties complaints of one person together: order, serial, batch.
CREATE TABLE matters (
    matter    bytea       NOT NULL,
    complaint uuid        NOT NULL,
    why       text        NOT NULL,
    position  bigint      NOT NULL,
    PRIMARY KEY (matter, complaint)
);

-- One row per complaint, made of its folded state.
CREATE TABLE complaint_list (
    complaint   uuid        PRIMARY KEY,
    person      uuid        NOT NULL,
    stage       text        NOT NULL,
    outcome     text,
    owner       text,
    desk        text        NOT NULL,
    level       text        NOT NULL,
    offered_to  text,
    grade       text,
    timing      text,
    received_at timestamptz NOT NULL,
    next_clock  text,
    next_due    timestamptz
);
CREATE INDEX complaint_list_open ON complaint_list (next_due) WHERE stage <> 'closed';
CREATE INDEX complaint_list_by_desk ON complaint_list (desk, level) WHERE stage <> 'closed';
