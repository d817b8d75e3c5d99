-- name: upsert_negotiation
INSERT INTO negotiation_list (complaint, person, state, round, owner, desk, group_id, cause_words,
                              demand_amount, demand_currency, given_by, given_amount, given_currency, given_at,
                              settled_amount, settled_currency, settled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (complaint) DO UPDATE SET
    state = excluded.state, round = excluded.round, owner = excluded.owner, desk = excluded.desk,
    group_id = excluded.group_id, cause_words = excluded.cause_words,
    demand_amount = excluded.demand_amount, demand_currency = excluded.demand_currency,
    given_by = excluded.given_by, given_amount = excluded.given_amount,
    given_currency = excluded.given_currency, given_at = excluded.given_at,
    settled_amount = excluded.settled_amount, settled_currency = excluded.settled_currency,
    settled_at = excluded.settled_at

-- name: list_negotiations
SELECT complaint, person, state, round, owner, desk, group_id AS "group",
       demand_amount::text AS demand_amount, demand_currency, given_by AS offered_by,
       given_amount::text AS offered_amount, given_currency AS offered_currency,
       settled_amount::text AS settled_amount, settled_currency, settled_at
  FROM negotiation_list
 WHERE ($1::text IS NULL OR state = $1) AND complaint > $2 ORDER BY complaint LIMIT $3

-- name: negotiations_of_person
SELECT complaint FROM negotiation_list WHERE person = $1 AND complaint <> $2 ORDER BY complaint

-- name: given_today
SELECT currency, sum(amount) AS given FROM given_sums
 WHERE proposer = $1 AND given_at >= $2 AND (complaint, round) <> ($3, $4)
 GROUP BY currency ORDER BY currency

-- name: put_given
WITH gone AS (
    DELETE FROM given_sums WHERE complaint = $1 AND round <> ALL ($2::integer[])
)
INSERT INTO given_sums (complaint, round, proposer, amount, currency, given_at)
SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::numeric[], $5::text[], $6::timestamptz[])
ON CONFLICT (complaint, round) DO UPDATE SET
    proposer = excluded.proposer, amount = excluded.amount, currency = excluded.currency,
    given_at = excluded.given_at

-- name: alike
SELECT 'group' AS basis, count(*) AS settled,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY settled_amount) AS typical
  FROM negotiation_list
 WHERE settled_at IS NOT NULL AND group_id = $1::uuid AND settled_currency = $3 AND complaint <> $4
 UNION ALL
SELECT 'cause', count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY settled_amount)
  FROM negotiation_list
 WHERE settled_at IS NOT NULL AND cause_words && $2::text[] AND settled_currency = $3 AND complaint <> $4
