"""The loop with compensation itself at the table: what it decides over HTTP answers the complaint at intake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.system.complaints import noted, standing, step, told, view
from tests.system.installation import until
from tests.system.judging import domain_time
from tests.system.negotiations import agreed, opened, said, signed
from tests.system.people import CARE_MANAGER, CARE_SENIOR, VISITOR, People, customer

REFUSAL = {
    "refusal_class": "excessive",
    "strategy": "explain",
    "basis": "terms_of_sale",
    "appeal": "ombudsman",
    "text": "The freight was never charged.",
}


async def visited(people: People, one: str, *, solved: bool) -> None:
    findings = {"solved": solved, "perceived": 4 if solved else 1, "expected": 4}
    await step(people, VISITOR, one, "return-visits", reached=True, **findings)


async def round_open(people: People, one: str, number: int) -> dict[str, Any]:
    """Wait until intake has noted that this round is open and return how it shows the talk."""

    async def so() -> dict[str, Any] | None:
        found: dict[str, Any] | None = (await view(people, one))["negotiation"]
        return found if found and found["is_open"] and found["round"] == number else None

    return await until(so, f"round {number} of {one} is open")


async def test_refused_demand_answers_the_complaint_and_a_reopening_opens_the_next_round(
    people: People,
) -> None:
    one = await opened(people)
    await round_open(people, one, 1)
    by_hand = await people.ask(CARE_SENIOR, "POST", f"/v1/complaints/{one}/answer", body={"text": "No."})
    await said(people, CARE_SENIOR, one, "refusal", **REFUSAL)
    answered = await standing(people, one, stage="answered", outcome="refused")
    refuser = await people.ask(
        CARE_SENIOR,
        "POST",
        f"/v1/complaints/{one}/return-visits",
        body={"reached": True, "solved": True, "perceived": 4, "expected": 4},
    )
    await visited(people, one, solved=False)
    await round_open(people, one, 2)
    await said(people, CARE_MANAGER, one, "refusal", **REFUSAL)
    await standing(people, one, stage="answered", outcome="refused")
    await visited(people, one, solved=True)
    closed = await standing(people, one, stage="closed")

    assert by_hand.json()["rule"] == "negotiation_open"
    assert refuser.json()["rule"] == "other_person_visits"
    assert (answered["negotiation"]["basis"], answered["negotiation"]["appeal"]) == (
        "terms_of_sale",
        "ombudsman",
    )
    assert (closed["outcome"], closed["reopenings"]) == ("refused", 1)
    assert [answer["text"] for answer in await told(people, one, "answered")] == [None, None]


async def test_signed_settlement_answers_the_complaint_and_closes_it_as_settled(people: People) -> None:
    one = await agreed(people)
    by_hand = await people.ask(CARE_SENIOR, "POST", f"/v1/complaints/{one}/answer", body={"text": "Yes."})
    await signed(people, one)
    answered = await standing(people, one, stage="answered", outcome="settled")
    kept = await noted(people, one, "settled")
    await visited(people, one, solved=True)
    closed = await standing(people, one, stage="closed")

    assert by_hand.json()["rule"] == "negotiation_open"
    assert answered["negotiation"]["sum"] == kept["sum"] == {"amount": "50.00", "currency": "CNY"}
    assert closed["outcome"] == "settled"


@pytest.mark.parametrize("by_customer", [True, False])
async def test_withdrawn_demand_closes_the_complaint_as_withdrawn(
    people: People, *, by_customer: bool
) -> None:
    one = await opened(people)
    person = (await view(people, one))["person"]
    who = customer(person) if by_customer else CARE_SENIOR
    await said(people, who, one, "withdrawal", words="Never mind.")

    assert (await standing(people, one, stage="closed"))["outcome"] == "withdrawn"


async def test_round_that_a_third_party_decided_leaves_the_answer_to_the_owner(people: People) -> None:
    one = await opened(people)
    await said(
        people, CARE_SENIOR, one, "referral", to="mediator", until=await _tomorrow(people), reason="Stuck."
    )
    referred = await standing(people, one, stage="in_hand")
    await until(lambda: _clock(people, one, "running"), "the referral's clock runs")
    await said(people, CARE_SENIOR, one, "referral/return", outcome="decided")
    await until(lambda: _clock(people, one, "met"), "the referral's clock is met")
    answer = await step(people, CARE_SENIOR, one, "answer", text="The mediator has decided.")

    assert referred["outcome"] is None
    assert answer[-1] == "answered"


async def _tomorrow(people: People) -> str:
    return (await domain_time(people.installation) + timedelta(days=1)).isoformat()


async def _clock(people: People, one: str, status: str) -> bool:
    clocks = {clock["name"]: clock["status"] for clock in (await view(people, one))["clocks"]}
    return clocks.get("negotiation_referral") == status
