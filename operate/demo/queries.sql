-- What the demo asks a service's log beside its HTTP doors: whether everything is done, and how much there is.

-- name: now
SELECT clock_timestamp() AS real, eventlog.now() AS domain

-- name: standing
WITH followers AS (
    SELECT position FROM eventlog.checkpoints WHERE name <> 'dead_letter_relay' AND name NOT LIKE 'timers-%')
SELECT coalesce((SELECT position FROM eventlog.events ORDER BY position DESC LIMIT 1), 0) AS head,
       (SELECT count(*) FROM followers) AS followers,
       (SELECT coalesce(min(position), 0) FROM followers) AS followed,
       (SELECT count(*) FROM eventlog.timers WHERE due_at <= eventlog.now()) AS timers_due,
       (SELECT count(*) FROM eventlog.parked) AS parked

-- name: since
SELECT split_part(stream, '-', 1) AS category, count(*) FILTER (WHERE public IS NOT NULL) AS public,
       count(*) FILTER (WHERE type = 'complaint.registered') AS registered, max(position) AS position
  FROM eventlog.events WHERE position > $1 GROUP BY category

-- name: heard
SELECT coalesce(sum(last_sequence), 0)::bigint FROM eventlog.inbox WHERE topic = $1

-- name: public
SELECT split_part(stream, '-', 1) AS category, count(*) AS events FROM eventlog.events
 WHERE public IS NOT NULL GROUP BY category
