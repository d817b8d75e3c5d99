-- `eventlog.append` for a flush of one chain with one event, which is what a quiet hour brings: the same rules in the
-- same order over single values, since arrays of one cost a third of such a flush. It sets nothing of its own, which
-- costs some microseconds a setting: no statement joins, and our sessions plan as the other's settings say.
CREATE FUNCTION eventlog.append_one(
    c_stream text, c_expected integer, c_timer text, c_timer_due timestamptz,
    k_id uuid, k_version integer,
    i_topic text, i_key text, i_expected bigint, i_last bigint, i_hash bytea,
    e_version integer, e_type text, e_schema smallint, e_at timestamptz, e_correlation text, e_causation text,
    e_public_type text, e_public_schema text, e_public_sequence integer, e_body bytea, e_public bytea,
    t_cancelled text[], t_armed text[], t_due timestamptz[],
    OUT verdict integer, OUT base_position bigint, OUT recorded timestamptz
) LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    previous_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(7205759403792);
    SELECT clock_timestamp() + (SELECT k.offset_value FROM eventlog.clock k),
           coalesce((SELECT e.position FROM eventlog.events e ORDER BY e.position DESC LIMIT 1), 0),
           coalesce((SELECT l.hash FROM eventlog.links l ORDER BY l.last_position DESC LIMIT 1), ''::bytea),
           CASE
               WHEN EXISTS (SELECT FROM eventlog.commands c WHERE c.id = k_id) THEN 2
               WHEN i_expected <> coalesce((
                    SELECT x.last_sequence FROM eventlog.inbox x WHERE x.topic = i_topic AND x.key = i_key), 0) THEN 4
               WHEN c_timer IS NOT NULL AND NOT EXISTS (
                    SELECT FROM eventlog.timers t
                     WHERE t.stream = c_stream AND t.name = c_timer AND t.due_at = c_timer_due) THEN 3
               WHEN c_expected >= 0 AND c_expected <> coalesce((
                    SELECT e.version FROM eventlog.events e
                     WHERE e.stream = c_stream ORDER BY e.version DESC LIMIT 1), 0) THEN 1
               ELSE 0
           END
      INTO recorded, base_position, previous_hash, verdict;
    IF verdict <> 0 THEN
        RETURN;
    END IF;

    IF k_id IS NOT NULL THEN
        INSERT INTO eventlog.commands (id, stream, version, events, recorded_at)
        VALUES (k_id, c_stream, k_version, 1, clock_timestamp());
    END IF;
    IF i_topic IS NOT NULL THEN
        INSERT INTO eventlog.inbox (topic, key, last_sequence, last_hash) VALUES (i_topic, i_key, i_last, i_hash)
            ON CONFLICT (topic, key) DO UPDATE
               SET last_sequence = excluded.last_sequence, last_hash = excluded.last_hash;
    END IF;
    INSERT INTO eventlog.events (
        position, stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
        public_type, public_schema, public_sequence, body, public)
    VALUES (base_position + 1, c_stream, e_version, e_type, e_schema, e_at, recorded, e_correlation, e_causation,
            e_public_type, e_public_schema, e_public_sequence, e_body, e_public);
    INSERT INTO eventlog.links (last_position, first_position, hash)
    VALUES (base_position + 1, base_position + 1, sha256(previous_hash || eventlog.row_hash(
                base_position + 1, c_stream, e_version, e_type, e_schema, e_at, recorded, e_correlation,
                e_causation, e_public_type, e_public_schema, e_public_sequence, e_body, e_public)));
    IF c_timer IS NOT NULL THEN
        DELETE FROM eventlog.timers t WHERE t.stream = c_stream AND t.name = c_timer;
    END IF;
    IF cardinality(t_cancelled) > 0 THEN
        DELETE FROM eventlog.timers t WHERE t.stream = c_stream AND t.name = ANY (t_cancelled);
    END IF;
    IF cardinality(t_armed) > 0 THEN
        INSERT INTO eventlog.timers (stream, name, due_at)
        SELECT c_stream, x.name, x.due FROM unnest(t_armed, t_due) AS x(name, due)
            ON CONFLICT (stream, name) DO UPDATE SET due_at = excluded.due_at;
    END IF;
END $$;
