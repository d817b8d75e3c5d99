-- name: mint
INSERT INTO keys.person_keys (id, person, wrapped)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]);

-- name: by_person
SELECT DISTINCT ON (person) id, person, wrapped FROM keys.person_keys
 WHERE person = ANY ($1::uuid[]) ORDER BY person, made_at DESC;

-- name: by_id
SELECT id, person, wrapped FROM keys.person_keys WHERE id = ANY ($1::uuid[]);
