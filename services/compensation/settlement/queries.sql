-- name: put_item
INSERT INTO vault_items (sha256, size, wrapped_key, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: put_record
INSERT INTO vault_records (complaint, name, sha256, media_type, obtained, kept_by, kept_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING

-- name: first_items
SELECT sha256, wrapped_key FROM vault_items LIMIT 3

-- name: get_item
SELECT wrapped_key, sealed FROM vault_items WHERE sha256 = $1

-- name: records_of
SELECT r.name, r.sha256, r.media_type, r.obtained, r.kept_by, r.kept_at, i.size
  FROM vault_records r JOIN vault_items i USING (sha256)
 WHERE r.complaint = $1 ORDER BY r.kept_at, r.name, r.sha256

-- name: hand_on
INSERT INTO vault_custody (complaint, sha256, act, actor, at) VALUES ($1, $2, $3, $4, $5)

-- name: custody_of
SELECT sha256, act, actor, at FROM vault_custody WHERE complaint = $1 ORDER BY number

-- name: put_effect
INSERT INTO effects (cause, name, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true

-- name: get_effect
SELECT sealed FROM effects WHERE cause = $1 AND name = $2

-- name: hold_consent
INSERT INTO consents_held (cause, complaint, consent, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: held_consents
SELECT consent FROM consents_held WHERE cause = $1

-- name: causes_of_consent
SELECT cause FROM consents_held WHERE complaint = $1 AND consent = $2

-- name: left_consents
SELECT cause, complaint::text AS complaint, consent, held_at FROM consents_held
 WHERE held_at < $1 AND (held_at, cause, consent) > ($2, $3, $4) ORDER BY held_at, cause, consent LIMIT 100

-- name: take_consent
DELETE FROM consents_held WHERE cause = $1 AND consent = $2 RETURNING sealed

-- name: put_aside
INSERT INTO settling_aside (stream, version) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true

-- name: all_aside
SELECT stream, version FROM settling_aside ORDER BY since, stream, version

-- name: take_back
DELETE FROM settling_aside WHERE stream = $1 AND version = $2
