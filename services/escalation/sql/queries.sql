-- name: add_candidate
INSERT INTO candidates (complaint, person, place, received_at, cause_words, position)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (complaint) DO NOTHING

-- name: alike
SELECT complaint, cause_words,
       CASE WHEN grouped_by < $6 THEN group_id END AS group_id,
       CASE WHEN grouped_by < $6 THEN group_causes END AS group_causes
  FROM candidates
 WHERE place = $1 AND received_at BETWEEN $2 AND $3 AND cause_words && $4::text[] AND complaint <> $5
   -- Run again after a crash, a complaint sees what it saw the first time, not those that were noted since.
   AND position < $6
 ORDER BY received_at DESC LIMIT $7

-- name: mark_grouped
UPDATE candidates SET group_id = $2, group_causes = $3, grouped_by = LEAST(grouped_by, $4)
 WHERE complaint = ANY ($1::uuid[]) AND (group_id IS NULL OR group_id = $2 OR grouped_by >= $4)

-- name: mark_left
UPDATE candidates SET group_id = NULL, group_causes = NULL, grouped_by = NULL
 WHERE complaint = $1 AND group_id = $2

-- name: upsert_escalation
INSERT INTO escalation_list (complaint, person, progress, desk, level, grade, timing, owner, group_id, bypasses,
                             bypasses_with_record)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (complaint) DO UPDATE SET
    progress = excluded.progress, desk = excluded.desk, level = excluded.level, grade = excluded.grade,
    timing = excluded.timing, owner = excluded.owner, group_id = excluded.group_id, bypasses = excluded.bypasses,
    bypasses_with_record = excluded.bypasses_with_record

-- name: upsert_group
INSERT INTO group_list (group_id, initiator, stage, causes, members, persons) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (group_id) DO UPDATE SET
    stage = excluded.stage, members = excluded.members, persons = excluded.persons

-- name: list_groups
SELECT group_id AS "group", initiator, stage, causes, members, persons FROM group_list
 WHERE group_id > $1 ORDER BY group_id LIMIT $2

-- name: list_escalations
SELECT complaint, person, progress, desk, level, grade, timing, owner, group_id AS "group", bypasses
  FROM escalation_list
 WHERE ($1::text IS NULL OR desk = $1) AND complaint > $2 ORDER BY complaint LIMIT $3

-- name: bypass_share
SELECT coalesce(sum(bypasses), 0)::bigint AS bypasses, coalesce(sum(bypasses_with_record), 0)::bigint AS with_record
  FROM escalation_list
