-- name: add_mark
INSERT INTO person_mark (mark, kind, person, hash_version) VALUES ($1, $2, $3, $4)
ON CONFLICT (mark, person) DO NOTHING

-- name: persons_of_marks
SELECT DISTINCT kind, person FROM person_mark WHERE mark = ANY ($1::bytea[]) AND hash_version = $2

-- name: add_audit
INSERT INTO screening_audit (at, actor, roles, desk, kinds, found) VALUES ($1, $2, $3, $4, $5, $6)

-- name: upsert_flags
INSERT INTO flag_list (person, standing, states, kinds, complaints, open, score, review_due, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (person) DO UPDATE SET
    standing = excluded.standing, states = excluded.states, kinds = excluded.kinds,
    complaints = excluded.complaints, open = excluded.open, score = excluded.score,
    review_due = excluded.review_due, expires_at = excluded.expires_at

-- name: list_flags
SELECT person, standing AS state, states, kinds, complaints, open, score, review_due, expires_at
  FROM flag_list
 WHERE states <> '{}' AND ($1::text IS NULL OR $1 = ANY (states)) AND person > $2
 ORDER BY person LIMIT $3
