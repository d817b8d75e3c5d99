-- The only writer of events. Order matters in here, and each step has a test that breaks without it:
-- the lock comes before every read, so position order is commit order without gaps; verdicts come
-- before every write, so a chain is written whole or not at all and hurts no other chain.
CREATE FUNCTION eventlog.append(
    c_stream text[], c_expected integer[], c_timer text[], c_timer_due timestamptz[],
    k_chain integer[], k_id uuid[], k_version integer[], k_events smallint[],
    i_chain integer[], i_topic text[], i_key text[], i_expected bigint[], i_last bigint[], i_hash bytea[],
    e_chain integer[], e_version integer[], e_type text[], e_schema smallint[], e_at timestamptz[],
    e_correlation text[], e_causation text[],
    e_public_type text[], e_public_schema text[], e_public_sequence integer[], e_body bytea[], e_public bytea[],
    t_chain integer[], t_name text[], t_due timestamptz[],
    OUT verdicts integer[], OUT base_position bigint, OUT recorded timestamptz
) LANGUAGE plpgsql VOLATILE
-- A function planned on empty tables would keep sequential scans for ever; custom plans cost each call.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    hit record;
    has_timers CONSTANT boolean := cardinality(array_remove(c_timer, NULL)) > 0;
    previous_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(7205759403792);
    SELECT clock_timestamp() + (SELECT k.offset_value FROM eventlog.clock k),
           coalesce((SELECT e.position FROM eventlog.events e ORDER BY e.position DESC LIMIT 1), 0),
           coalesce((SELECT l.hash FROM eventlog.links l ORDER BY l.last_position DESC LIMIT 1), ''::bytea)
      INTO recorded, base_position, previous_hash;

    -- 0 written, 1 version conflict, 2 command known, 3 timer gone, 4 inbox moved on
    SELECT coalesce(array_agg(
               CASE WHEN c.expected >= 0 AND c.expected <> coalesce((
                        SELECT e.version FROM eventlog.events e
                         WHERE e.stream = c.stream ORDER BY e.version DESC LIMIT 1), 0)
                    THEN 1 ELSE 0 END ORDER BY c.chain), '{}')
      INTO verdicts
      FROM unnest(c_stream, c_expected) WITH ORDINALITY AS c(stream, expected, chain);
    -- Each statement costs some 20 microseconds even over nothing: what a flush lacks is passed by.
    IF has_timers THEN
        FOR hit IN
            SELECT c.chain
              FROM unnest(c_stream, c_timer, c_timer_due) WITH ORDINALITY AS c(stream, timer, due, chain)
             WHERE c.timer IS NOT NULL AND NOT EXISTS (
                   SELECT FROM eventlog.timers t
                    WHERE t.stream = c.stream AND t.name = c.timer AND t.due_at = c.due)
        LOOP verdicts[hit.chain] := 3; END LOOP;
    END IF;
    IF cardinality(i_chain) > 0 THEN
        FOR hit IN
            SELECT i.chain FROM unnest(i_chain, i_topic, i_key, i_expected) AS i(chain, topic, key, expected)
             WHERE i.expected <> coalesce((
                   SELECT x.last_sequence FROM eventlog.inbox x WHERE x.topic = i.topic AND x.key = i.key), 0)
        LOOP verdicts[hit.chain] := 4; END LOOP;
    END IF;
    IF cardinality(k_chain) > 0 THEN
        FOR hit IN
            SELECT k.chain FROM unnest(k_chain, k_id) AS k(chain, id) JOIN eventlog.commands c ON c.id = k.id
        LOOP verdicts[hit.chain] := 2; END LOOP;
        INSERT INTO eventlog.commands (id, stream, version, events, recorded_at)
        -- How long an id is kept is real time, whatever the installation's clock says.
        SELECT k.id, c_stream[k.chain], k.version, k.events, clock_timestamp()
          FROM unnest(k_chain, k_id, k_version, k_events) AS k(chain, id, version, events)
         WHERE verdicts[k.chain] = 0;
    END IF;
    IF cardinality(i_chain) > 0 THEN
        INSERT INTO eventlog.inbox AS x (topic, key, last_sequence, last_hash)
        SELECT i.topic, i.key, i.last, i.hash
          FROM unnest(i_chain, i_topic, i_key, i_last, i_hash) AS i(chain, topic, key, last, hash)
         WHERE verdicts[i.chain] = 0
            ON CONFLICT (topic, key) DO UPDATE
               SET last_sequence = excluded.last_sequence, last_hash = excluded.last_hash;
    END IF;

    IF cardinality(e_chain) > 0 THEN
        WITH written AS (
            INSERT INTO eventlog.events AS w (
                position, stream, version, type, schema_version, at, recorded_at, correlation_id, causation_id,
                public_type, public_schema, public_sequence, body, public)
            SELECT base_position + row_number() OVER (ORDER BY e.place), c_stream[e.chain], e.version, e.type,
                   e.schema, e.at, recorded, e.correlation, e.causation,
                   e.public_type, e.public_schema, e.public_sequence, e.body, e.public
              FROM unnest(e_chain, e_version, e_type, e_schema, e_at, e_correlation, e_causation,
                          e_public_type, e_public_schema, e_public_sequence, e_body, e_public)
                   WITH ORDINALITY AS e(chain, version, type, schema, at, correlation, causation,
                                        public_type, public_schema, public_sequence, body, public, place)
             WHERE verdicts[e.chain] = 0
            RETURNING w.*)
        INSERT INTO eventlog.links (last_position, first_position, hash)
        SELECT base_position + count(*), base_position + 1, sha256(previous_hash || string_agg(
                   eventlog.row_hash(position, stream, version, type, schema_version, at, recorded_at, correlation_id,
                       causation_id, public_type, public_schema, public_sequence, body, public),
                   ''::bytea ORDER BY position))
          FROM written HAVING count(*) > 0;
    END IF;

    IF has_timers THEN
        DELETE FROM eventlog.timers t USING unnest(c_stream, c_timer) WITH ORDINALITY AS c(stream, timer, chain)
         WHERE c.timer IS NOT NULL AND verdicts[c.chain] = 0 AND t.stream = c.stream AND t.name = c.timer;
    END IF;
    IF cardinality(t_chain) > 0 THEN
        DELETE FROM eventlog.timers t USING unnest(t_chain, t_name, t_due) AS x(chain, name, due)
         WHERE x.due IS NULL AND verdicts[x.chain] = 0 AND t.stream = c_stream[x.chain] AND t.name = x.name;
        INSERT INTO eventlog.timers (stream, name, due_at)
        SELECT c_stream[x.chain], x.name, x.due FROM unnest(t_chain, t_name, t_due) AS x(chain, name, due)
         WHERE x.due IS NOT NULL AND verdicts[x.chain] = 0
            ON CONFLICT (stream, name) DO UPDATE SET due_at = excluded.due_at;
    END IF;
END $$;
