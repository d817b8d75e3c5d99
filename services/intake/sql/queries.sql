-- name: persons_of_marks
SELECT mark, person FROM identity WHERE mark = ANY ($1::bytea[])

-- name: add_marks
-- All or none: a person whose mark stayed behind would be taken for nobody's and given to the next.
INSERT INTO identity (mark, person) SELECT * FROM unnest($1::bytea[], $2::uuid[])

-- name: note_matters
INSERT INTO matters (matter, complaint, why, position)
SELECT m.matter, $2, m.why, $4 FROM unnest($1::bytea[], $3::text[]) AS m(matter, why)
ON CONFLICT DO NOTHING

-- name: same_matters
SELECT DISTINCT ON (complaint) complaint, why FROM matters
 WHERE matter = ANY ($1::bytea[]) AND complaint <> $2 AND position < $3
 ORDER BY complaint, why

-- name: upsert_complaint
INSERT INTO complaint_list (complaint, person, stage, outcome, owner, desk, level, offered_to, grade, timing,
                            received_at, next_clock, next_due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (complaint) DO UPDATE SET
    stage = excluded.stage, outcome = excluded.outcome, owner = excluded.owner, desk = excluded.desk,
    level = excluded.level, offered_to = excluded.offered_to, grade = excluded.grade, timing = excluded.timing,
    next_clock = excluded.next_clock, next_due = excluded.next_due

-- name: list_complaints
SELECT complaint, person, stage, outcome, owner, desk, level, offered_to, grade, timing, received_at, next_clock, next_due
  FROM complaint_list
 WHERE ($1::text IS NULL OR stage = $1)
   AND ($2::text IS NULL OR desk = $2)
   AND (NOT $3::boolean OR stage <> 'closed')
   AND complaint > $4
 ORDER BY complaint LIMIT $5

-- name: count_complaints
SELECT stage, outcome, timing, grade, count(*) AS complaints,
       count(*) FILTER (WHERE stage <> 'closed' AND next_due IS NULL) AS without_clock
  FROM complaint_list GROUP BY stage, outcome, timing, grade ORDER BY stage, outcome, timing, grade
