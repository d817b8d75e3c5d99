-- A parked record that fails becomes a dead letter, and is told from others at its place by its time (migration 0004):
-- milliseconds since 1970, 0 for those parked before this column was.
ALTER TABLE eventlog.parked ADD COLUMN timestamp_ms bigint NOT NULL DEFAULT 0;
