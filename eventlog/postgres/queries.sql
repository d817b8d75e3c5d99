-- name: append
SELECT verdicts, base_position, recorded FROM eventlog.append(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
    $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)

-- name: append_one
SELECT verdict, base_position, recorded FROM eventlog.append_one(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)

-- name: known
SELECT id, stream, version, events FROM eventlog.commands WHERE id = ANY ($1::uuid[])

-- name: load
SELECT e.* FROM unnest($1::text[], $2::integer[]) AS w(stream, after)
CROSS JOIN LATERAL (
    SELECT position, stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
           public_type, public_schema, public_sequence, body, NULL::bytea AS public
      FROM eventlog.events x WHERE x.stream = w.stream AND x.version > w.after ORDER BY x.version) AS e

-- name: read
SELECT position, stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
       public_type, public_schema, public_sequence, body, public
  FROM eventlog.events WHERE position > $1 ORDER BY position LIMIT $2

-- name: read_stream
SELECT position, stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
       public_type, public_schema, public_sequence, body, public
  FROM eventlog.events WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3

-- name: head
SELECT coalesce((SELECT position FROM eventlog.events ORDER BY position DESC LIMIT 1), 0)

-- name: links
SELECT first_position, last_position, hash FROM eventlog.links WHERE last_position > $1 ORDER BY last_position LIMIT $2

-- name: due_timers
-- In a subquery the time is asked for once and the index serves; else it would be asked for every armed timer.
SELECT stream, name, due_at FROM eventlog.timers WHERE due_at <= (SELECT eventlog.now()) ORDER BY due_at LIMIT $1

-- name: next_due
SELECT min(due_at) FROM eventlog.timers

-- name: time
SELECT clock_timestamp() AS now, offset_value FROM eventlog.clock

-- name: forget_commands
DELETE FROM eventlog.commands WHERE recorded_at < $1

-- name: inbox_states
SELECT w.topic, w.key, coalesce(i.last_sequence, 0) AS last_sequence, coalesce(i.last_hash, ''::bytea) AS last_hash,
       (SELECT min(p.sequence) FROM eventlog.parked p
         WHERE p.topic = w.topic AND p.key = w.key AND p.sequence > coalesce(i.last_sequence, 0)) AS next_parked
  FROM unnest($1::text[], $2::text[]) AS w(topic, key)
  LEFT JOIN eventlog.inbox i ON i.topic = w.topic AND i.key = w.key

-- name: park
INSERT INTO eventlog.parked (topic, key, sequence, partition, record_offset, headers, value, timestamp_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::bigint[], $6::bytea[], $7::bytea[],
                     $8::bigint[])
ON CONFLICT DO NOTHING

-- name: parked_from
SELECT topic, key, sequence, partition, record_offset, headers, value, timestamp_ms FROM (
    SELECT *, sequence - row_number() OVER (ORDER BY sequence) AS run
      FROM eventlog.parked WHERE topic = $1 AND key = $2 AND sequence >= $3) AS numbered
 WHERE run = $3 - 1 ORDER BY sequence

-- name: unpark
DELETE FROM eventlog.parked WHERE topic = $1 AND key = $2 AND sequence <= $3

-- name: parked_count
SELECT count(*) FROM eventlog.parked

-- name: keep_dead
INSERT INTO eventlog.dead_letters (topic, partition, record_offset, key, headers, sealed_value, cause, rule, attempts,
                                   timestamp_ms)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[],
                     $8::text[], $9::integer[], $10::bigint[]) AS n (topic, partition, record_offset, key, headers)
 WHERE NOT EXISTS (
    -- Kept before its time was noted: at this place the same headers say that it is the same record.
    SELECT FROM eventlog.dead_letters d
     WHERE d.topic = n.topic AND d.partition = n.partition AND d.record_offset = n.record_offset AND d.timestamp_ms = 0
       AND d.key IS NOT DISTINCT FROM n.key AND d.headers = n.headers)
ON CONFLICT DO NOTHING
RETURNING topic, partition, record_offset, timestamp_ms

-- name: dead_after
SELECT id, topic, partition, record_offset, key, headers, sealed_value, cause, rule, attempts, timestamp_ms, failed_at,
       settled_as
  FROM eventlog.dead_letters WHERE id > $1 ORDER BY id LIMIT $2

-- name: settle_dead
UPDATE eventlog.dead_letters SET settled_as = $2, settled_at = clock_timestamp()
 WHERE id = $1 AND settled_as IS NULL RETURNING id

-- name: forget_dead
DELETE FROM eventlog.dead_letters WHERE failed_at < $1

-- name: move_inbox
INSERT INTO eventlog.inbox (topic, key, last_sequence, last_hash) VALUES ($1, $2, $3, '')
ON CONFLICT (topic, key) DO UPDATE SET last_sequence = excluded.last_sequence, last_hash = ''
 WHERE inbox.last_sequence < excluded.last_sequence

-- name: checkpoint
SELECT position FROM eventlog.checkpoints WHERE name = $1

-- name: save_checkpoint
-- Nobody waits for the disk: what this speaks of stands elsewhere, and doing it again changes nothing.
WITH reign AS (SELECT epoch, set_config('synchronous_commit', 'off', true) FROM eventlog.leader WHERE epoch = $3 FOR SHARE)
INSERT INTO eventlog.checkpoints (name, position) SELECT $1, $2 FROM reign
ON CONFLICT (name) DO UPDATE SET position = excluded.position
RETURNING position

-- name: move_checkpoint
-- With the rows it speaks of, and on the disk with them: a follower that goes on does not do them again.
WITH reign AS (SELECT epoch FROM eventlog.leader WHERE epoch = $3 FOR SHARE)
INSERT INTO eventlog.checkpoints (name, position) SELECT $1, $2 FROM reign
ON CONFLICT (name) DO UPDATE SET position = excluded.position
RETURNING position

-- name: lease
UPDATE eventlog.leader SET
    epoch = CASE WHEN holder = $1 THEN epoch ELSE epoch + 1 END,
    holder = $1,
    leased_till = clock_timestamp() + make_interval(secs => $2)
 WHERE holder = $1 OR leased_till < clock_timestamp()
RETURNING epoch

-- name: release
UPDATE eventlog.leader SET leased_till = '-infinity', holder = '' WHERE holder = $1

-- name: quarantined
SELECT stream FROM eventlog.quarantine

-- name: quarantine
INSERT INTO eventlog.quarantine (stream, position, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: free
DELETE FROM eventlog.quarantine WHERE stream = $1

-- name: set_offset
UPDATE eventlog.clock SET offset_value = $1 WHERE offset_value <= $1 RETURNING offset_value
