-- One row per complaint, made of the negotiation's folded state.
CREATE TABLE negotiation_list (
    complaint        uuid    PRIMARY KEY,
    person           uuid    NOT NULL,
    state            text    NOT NULL,
    round            integer NOT NULL,
    owner            text,
    desk             text,
    group_id         uuid,
    cause_words      text[]  NOT NULL,
    demand_amount    numeric,
    demand_currency  text,
    -- The offer that stands: live, or taken. What an actor gave today is the sum of these.
    given_by         text,
    given_amount     numeric,
    given_currency   text,
    given_at         timestamptz,
    settled_amount   numeric,
    settled_currency text,
    settled_at       timestamptz
);
CREATE INDEX negotiation_list_given ON negotiation_list (given_by, given_at);
CREATE INDEX negotiation_list_settled_group ON negotiation_list (group_id) WHERE settled_at IS NOT NULL;
CREATE INDEX negotiation_list_settled_cause ON negotiation_list USING gin (cause_words) WHERE settled_at IS NOT NULL;
