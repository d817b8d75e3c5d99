-- name: load
SELECT position, stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
       public_type, public_schema, public_sequence, body, NULL::bytea AS public
  FROM naive.events WHERE stream = $1 ORDER BY version

-- name: add_event
INSERT INTO naive.events (stream, version, type, schema_version, at, correlation_id, causation_id, public_type,
                          public_schema, public_sequence, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: add_command
INSERT INTO naive.commands (id, stream, version, events) VALUES ($1, $2, $3, $4)

-- name: known
SELECT true FROM naive.commands WHERE id = $1

-- name: inbox
SELECT last_sequence FROM naive.inbox WHERE topic = $1 AND key = $2 FOR UPDATE

-- name: advance
INSERT INTO naive.inbox (topic, key, last_sequence) VALUES ($1, $2, $3)
ON CONFLICT (topic, key) DO UPDATE SET last_sequence = excluded.last_sequence

-- name: enqueue
INSERT INTO naive.outbox (stream, version, type, schema, sequence, at, correlation_id, causation_id, value)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: next
SELECT id, stream, version, type, schema, sequence, at, recorded_at, correlation_id, causation_id, value
  FROM naive.outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED

-- name: sent
DELETE FROM naive.outbox WHERE id = ANY ($1::bigint[])

-- name: copy_events
INSERT INTO naive.events (stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
                          public_type, public_schema, public_sequence, body)
SELECT stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id, public_type,
       public_schema, public_sequence, body
  FROM eventlog.events ORDER BY position

-- name: count_as_published
INSERT INTO eventlog.checkpoints (name, position) SELECT 'relay', max(position) FROM eventlog.events

-- name: streams
SELECT stream FROM naive.events WHERE version = 1 ORDER BY position
