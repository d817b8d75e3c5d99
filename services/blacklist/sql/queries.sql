-- name: add_mark
INSERT INTO person_mark (mark, kind, person, hash_version) VALUES ($1, $2, $3, $4)
ON CONFLICT (mark, person) DO NOTHING

-- name: persons_of_marks
SELECT DISTINCT kind, person FROM person_mark WHERE mark = ANY ($1::bytea[]) AND hash_version = $2

-- name: others_of_marks
SELECT found.kind, count(*) AS persons
  FROM unnest($1::bytea[]) AS asked (mark)
 CROSS JOIN LATERAL (SELECT kind FROM person_mark
                      WHERE mark = asked.mark AND person <> $2 AND hash_version = $3 LIMIT $4) AS found
 GROUP BY found.kind ORDER BY found.kind

-- name: add_audit
INSERT INTO screening_audit (at, actor, roles, desk, kinds, found) VALUES ($1, $2, $3, $4, $5, $6)

-- name: list_audit
SELECT id AS number, at, actor, roles, desk, kinds, found FROM screening_audit WHERE id > $1 ORDER BY id LIMIT $2

-- name: forget_audit
DELETE FROM screening_audit
 WHERE id IN (SELECT id FROM screening_audit WHERE at < $1 ORDER BY at LIMIT 10000)

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
   AND ($4::timestamptz IS NULL OR review_due <= $4)
 ORDER BY person LIMIT $3
