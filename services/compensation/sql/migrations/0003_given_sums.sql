-- What was given away, a row for each round: a complaint's next round leaves what the one before gave.
CREATE TABLE given_sums (
    complaint uuid        NOT NULL,
    round     integer     NOT NULL,
    proposer  text        NOT NULL,
    amount    numeric     NOT NULL,
    currency  text        NOT NULL,
    given_at  timestamptz NOT NULL,
    PRIMARY KEY (complaint, round)
);
-- What an actor gave today is the sum of these.
CREATE INDEX given_sums_by_proposer ON given_sums (proposer, given_at);
-- The list showed one offer of each complaint only; nobody asks it for the day's sum any more.
DROP INDEX negotiation_list_given;
