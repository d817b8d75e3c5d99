"""Compensation's doors over HTTP on real engines: each rule of a negotiation refuses by its name, and who may read."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from eventlog.clock import fresh_id
from tests.system.complaints import complaint, registered
from tests.system.installation import until
from tests.system.judging import promises_hold
from tests.system.negotiations import (
    RUNNING_ZH,
    SUM,
    bargaining,
    evidence,
    opened,
    path_of,
    refusal,
    said,
    seen,
    talks,
)
from tests.system.people import (
    AGENT,
    CARE_MANAGER,
    CARE_SENIOR,
    OPERATOR,
    OTHER_CARE_SENIOR,
    PLATFORM,
    People,
    Who,
    customer,
)

CARE_LEAD = Who("lead-3", ("lead",), "care")
NOBODY = "018f0000-0000-8000-8000-000000000001"
OF_CUSTOMER = {"sha256": "ab" * 32, "origin": "customer"}
LATER = "2099-01-01T00:00:00Z"


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


async def test_evidence_comes_in_as_it_is_and_is_known_by_its_hash(people: People) -> None:
    one = await opened(people)
    content = b"%PDF-1.7 a bill"
    client = people.clients["compensation"]
    token = {"authorization": f"Bearer {people.token(CARE_SENIOR)}"}
    path = path_of(one, "evidence")
    twice = [
        await client.post(path, content=content, headers={**token, "content-type": "application/pdf"})
        for _ in range(2)
    ]
    unnamed = await client.post(path, content=content, headers=token)
    empty = await client.post(path, content=b"", headers={**token, "content-type": "image/png"})
    large = await client.post(path, content=b"x" * 262_145, headers={**token, "content-type": "image/png"})
    stranger = await people.ask(customer(NOBODY), "POST", path, body={})

    assert [(each.status_code, each.json()["sha256"]) for each in twice] == [
        (201, hashlib.sha256(content).hexdigest())
    ] * 2
    assert (unnamed.status_code, unnamed.json()["rule"]) == (415, "media_type_missing")
    assert (empty.status_code, empty.json()["rule"]) == (400, "body_missing")
    assert (large.status_code, large.json()["rule"]) == (413, "body_too_large")
    assert (stranger.status_code, stranger.json()["rule"]) == (403, "role_missing")


async def test_finding_cites_what_the_vault_has(people: People) -> None:
    one = await opened(people)
    finding = {"party": "ours", "our_percent": 100, "reason": "The bill shows it."}

    assert await refusal(people, CARE_SENIOR, one, "liability", evidence=[], **finding) == (
        422,
        "evidence_missing",
    )
    assert await refusal(people, CARE_SENIOR, one, "liability", evidence=[OF_CUSTOMER], **finding) == (
        422,
        "evidence_unknown",
    )
    held = {"sha256": await evidence(people, one), "origin": "customer"}
    assert await said(people, CARE_SENIOR, one, "liability", evidence=[held], **finding) == [
        "liability_found"
    ]


async def test_money_is_not_talked_about_while_the_loss_runs(people: People) -> None:
    one = await registered(people, complaint(RUNNING_ZH, recorder=AGENT.actor))
    await talks(people, one, "service_first")
    early = await refusal(people, CARE_MANAGER, one, "offers", sum=SUM)
    below = await refusal(people, AGENT, one, "service-waiver", reason="The customer agrees.")
    waived = await said(people, CARE_MANAGER, one, "service-waiver", reason="Repair takes a month.")

    assert (early, below) == ((409, "service_need_first"), (403, "supervisor_only"))
    assert waived == ["service_waived"]
    assert (await seen(people, one))["harm"] == {"running": True, "waived": True}


async def test_order_of_the_talks_is_liability_terms_offer(people: People) -> None:
    one = await opened(people)
    before = await refusal(people, CARE_SENIOR, one, "offers", sum=SUM)
    held = {"sha256": await evidence(people, one), "origin": "customer"}
    await said(
        people, CARE_SENIOR, one, "liability", party="ours", our_percent=100, evidence=[held], reason="Ours."
    )
    unnamed = await refusal(people, CARE_SENIOR, one, "offers", sum=SUM)
    declined = await said(people, CARE_SENIOR, one, "terms/decline", words="You tell me.")

    assert (before, unnamed) == ((409, "liability_first"), (409, "customer_terms_first"))
    assert declined == ["terms_declined"]


async def test_offers_go_up_only_for_something_in_return(people: People) -> None:
    one = await bargaining(people)
    offer = {"sum": yuan("20.00")}
    assert await said(people, CARE_SENIOR, one, "offers", **offer) == ["offer_made"]
    lower = await refusal(people, CARE_SENIOR, one, "offers", sum=yuan("10.00"))
    one_sided = await refusal(people, CARE_SENIOR, one, "offers", sum=yuan("30.00"))
    dollars = await refusal(people, CARE_SENIOR, one, "offers", sum={"amount": "30.00", "currency": "USD"})
    answered = await said(people, CARE_SENIOR, one, "offers", sum=yuan("30.00"), concessions=["publicity"])
    cheaper = await said(people, CARE_SENIOR, one, "demand", sum=yuan("45.00"), words="Forty-five then.")
    overridden = await said(
        people, CARE_MANAGER, one, "offers", sum=yuan("45.00"), override=True, reason="Enough."
    )

    assert (lower, one_sided, dollars) == (
        (409, "offer_goes_down"),
        (409, "one_sided_concession"),
        (409, "one_currency"),
    )
    assert (answered, cheaper, overridden) == (["offer_made"], ["demand_lowered"], ["offer_made"])


async def test_offer_above_the_limits_waits_for_somebody_else(people: People) -> None:
    one = await bargaining(people)
    asked = await said(people, CARE_SENIOR, one, "offers", sum=yuan("1800.00"), reason="The floor too.")
    waiting = (await seen(people, one))["waiting_offer"]
    denied = [
        await refusal(people, CARE_SENIOR, one, "offers/1/approval", reason="I say so."),
        await refusal(people, OTHER_CARE_SENIOR, one, "offers/1/approval", reason="I say so."),
        await refusal(people, CARE_SENIOR, one, "offers/1/acceptance"),
    ]
    granted = await said(people, CARE_LEAD, one, "offers/1/approval", reason="The photographs are clear.")
    (made,) = [move for move in (await seen(people, one))["ledger"] if move["move"] == "offer_made"]

    assert asked == ["approval_requested"]
    assert (waiting["proposer"], waiting["level_needed"]) == (CARE_SENIOR.actor, "lead")
    assert [rule for _, rule in denied] == [
        "proposer_is_not_approver",
        "approver_level_too_low",
        "no_live_offer",
    ]
    assert granted == ["approval_granted", "offer_made"]
    assert made["what"]["approver"] == CARE_LEAD.actor
    assert made["limits"]["per_case"] == yuan("1000.00")


async def test_what_was_given_today_counts_against_the_day(people: People) -> None:
    given = []
    for _ in range(2):
        one = await bargaining(people)
        await said(people, CARE_MANAGER, one, "offers", sum=yuan("900.00"), reason="Like the bill.")
        given.append((await seen(people, one))["ledger"][-1]["limits"]["given_today"]["amount"])

    assert [float(amount) for amount in given] == [float(given[0]), float(given[0]) + 900.0]


async def test_refusal_names_class_strategy_basis_and_where_to_turn_to(people: People) -> None:
    one = await bargaining(people)
    whole = {
        "refusal_class": "excessive",
        "strategy": "law_and_facts",
        "basis": "consumer-law.art-55",
        "appeal": "consumer-council",
        "text": "The loss named is not on the bill.",
    }
    rules = [
        (await refusal(people, CARE_SENIOR, one, "refusal", **{**whole, missing: ""}))[1] for missing in whole
    ]
    refused = await said(people, CARE_SENIOR, one, "refusal", **whole)
    shown = await seen(people, one)

    assert rules == [
        "refusal_without_class",
        "refusal_without_strategy",
        "refusal_without_basis",
        "refusal_without_appeal",
        "refusal_without_text",
    ]
    assert refused == ["refused"]
    assert (shown["state"], shown["refusal"]["basis"]) == ("refused", "consumer-law.art-55")


@pytest.mark.parametrize(
    ("who", "asked", "rule"),
    [
        (AGENT, ("shelving", {"until": LATER, "reason": "No."}), "owner_or_supervisor_only"),
        (CARE_SENIOR, ("shelving", {"until": LATER, "reason": "For ever."}), "end_too_far"),
        (CARE_SENIOR, ("rounds", {"reason": "Again."}), "round_already_open"),
        (CARE_SENIOR, ("offers/7/acceptance", {}), "no_live_offer"),
        (CARE_SENIOR, ("offers", {"sum": {"amount": 5, "currency": "CNY"}}), "amount_not_text"),
        (CARE_SENIOR, ("offers", {"sum": {"amount": "5.001", "currency": "CNY"}}), "too_many_decimals"),
        (CARE_SENIOR, ("offers", {"sum": yuan("0.00")}), "offer_empty"),
        (CARE_SENIOR, ("offers", {"sum": yuan("5.00"), "remedies": ["gold"]}), "remedy_unknown"),
        (CARE_SENIOR, ("offers", {"sum": {"amount": "5.00", "currency": "CHF"}}), "one_currency"),
        (CARE_SENIOR, ("offers", {"sum": yuan("5.00"), "until": LATER}), "field_unknown"),
        (CARE_SENIOR, ("referral/return", {"outcome": "settled"}), "not_referred"),
        (customer(NOBODY), ("withdrawal", {}), "own_complaint_only"),
        (OTHER_CARE_SENIOR, ("withdrawal", {}), "customer_or_owner_only"),
    ],
)
async def test_move_against_a_rule_is_refused_by_its_name(
    people: People, who: Who, asked: tuple[str, dict[str, Any]], rule: str
) -> None:
    one, (path, body) = await bargaining(people), asked
    answer = await people.ask(who, "POST", path_of(one, path), body=body)

    assert answer.json()["rule"] == rule
    assert answer.json()["remedy"]
    assert answer.status_code in {403, 409, 422}


async def test_payment_that_nobody_instructed_is_refused(people: People) -> None:
    one = await bargaining(people)
    body = {"complaint": one, "status": "paid", "sum": SUM}
    by_staff = await people.ask(CARE_SENIOR, "POST", f"/v1/payments/{NOBODY}", body=body)
    unknown = await people.ask(PLATFORM, "POST", f"/v1/payments/{NOBODY}", body=body)
    why_not = await people.ask(
        PLATFORM, "POST", f"/v1/payments/{NOBODY}", body={**body, "status": "reversed"}
    )

    assert by_staff.json()["rule"] == "platform_only"
    assert unknown.json()["rule"] == "payment_unknown"
    assert (why_not.json()["rule"], why_not.json()["field"]) == ("field_missing", "/why")


async def test_customer_reads_the_own_negotiation_without_what_is_internal(people: People) -> None:
    one = await bargaining(people)
    await said(people, CARE_SENIOR, one, "offers", sum=SUM, reason="Secret.")
    person = (await seen(people, one))["person"]
    own = await people.ask(customer(person), "GET", path_of(one))
    strangers = await people.ask(customer(NOBODY), "GET", path_of(one))
    unheard = await people.ask(CARE_SENIOR, "GET", path_of(NOBODY))
    history = [
        await people.ask(who, "GET", path_of(one, "history"))
        for who in (CARE_SENIOR, OPERATOR, customer(person))
    ]

    assert own.status_code == 200
    assert "Secret." not in own.text
    assert "limits" not in own.json()["ledger"][-1]
    assert (strangers.status_code, unheard.status_code) == (404, 404)
    assert [each.status_code for each in history] == [200, 200, 403]
    assert ["Secret." in each.text for each in history[:2]] == [True, False]


async def test_list_shows_where_each_stands(people: People) -> None:
    one = await bargaining(people)
    answer = await people.post(CARE_SENIOR, path_of(one, "offers"), {"sum": SUM})

    async def so() -> dict[str, Any] | None:
        listed = await people.get(
            CARE_MANAGER, f"/v1/negotiations?state=bargaining&min_position={answer['position']}"
        )
        return next((row for row in listed["negotiations"] if row["complaint"] == one), None)

    row = await until(so, "the list has it")

    assert (row["owner"], row["offered_by"], row["offered_amount"]) == (
        CARE_SENIOR.actor,
        CARE_SENIOR.actor,
        "50.00",
    )


async def test_same_offer_twice_under_one_key_is_one_offer(people: People) -> None:
    one = await bargaining(people)
    key = {"idempotency-key": str(fresh_id())}
    answers = [
        await people.ask(CARE_SENIOR, "POST", path_of(one, "offers"), body={"sum": SUM}, headers=key)
        for _ in range(2)
    ]

    assert [each.json()["repeated"] for each in answers] == [False, True]
    assert [move["move"] for move in (await seen(people, one))["ledger"]].count("offer_made") == 1


async def test_all_promises_hold_over_all_of_this(people: People) -> None:
    await promises_hold(people.installation)
