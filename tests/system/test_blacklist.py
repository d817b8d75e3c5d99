"""Professional complainants: proposed by software, confirmed by people, and never turned away at the door.

The lines of `events.md` for the flag (U = also in the unit tests of the aggregate):

| line | where |
|---|---|
| noted | every test here (R3 in judging: heard in order); U |
| proposed {score, reasons, guards} by software | test_professional…; U |
| proposed by a person; confirmed by neither proposer nor owner | test_neither_proposer…; U |
| confirmed; screened per open complaint; intake shows, escalation routes | test_professional…; U |
| warned, appealed, overturned; screened with none | test_overturned_appeal…; U |
| appeal_rejected, reviewed, lifted | tests/integration/test_blacklist_flow.py; U |
| expired | test_flags_end_by_themselves…; U |
| guards: bulk buyer | test_frequent_customer…; U |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from operate.stack.local import Engines
from tests.system.complaints import PAST_EN, complaint, heard, noted, registered, standing, types
from tests.system.flags import (
    AGENT_AND_REVIEWER,
    IN_EARNEST,
    OTHER_REVIEWER,
    REVIEWER,
    bought,
    flags_of,
    judged,
    last_route,
    person_of,
    phone,
    proposed,
    refusal,
    shown,
)
from tests.system.installation import LiveInstallation, live_installation, until
from tests.system.judging import domain_time, promises_hold
from tests.system.people import AGENT, CARE_SENIOR, People, customer

DAY: Final = 86_400.0
EVIDENCE_FIRST: Final = "flag_professional"


@pytest.fixture(scope="module")
def installation(engines: Engines) -> Iterator[LiveInstallation]:
    with live_installation(engines, allow_clock_offset=True) as live:
        yield live


async def confirmed(people: People, number: str, **more: Any) -> tuple[str, list[str]]:
    """Return a person with a confirmed flag, and the complaints it rests on."""
    person, ones = await proposed(people, number, **more)
    said = await judged(people, REVIEWER, person, "1/confirmation", reason="Three shops, one text.")
    assert said == ["confirmed", *["screened"] * len(ones)]
    return person, ones


async def test_professional_is_proposed_with_a_bill_confirmed_and_sent_to_evidence_first(
    people: People,
) -> None:
    number = phone()
    person, ones = await proposed(people, number)
    (proposal,) = (await flags_of(people, person))["flags"]
    for one in ones:
        await shown(people, one, "proposed")
    before = await heard(people, ones[0], "routed")
    await judged(people, REVIEWER, person, "1/confirmation", reason="Three shops, one text.")
    flags = [await shown(people, one, "confirmed") for one in ones]
    fact = await noted(people, ones[0], "screened")
    new = await bought(people, number, ("Bakery", "bread"), PAST_EN)
    route = await last_route(people, new, EVIDENCE_FIRST)

    assert (proposal["kind"], proposal["proposer"]) == ("professional", "blacklist")
    assert {"breadth", "templated_wording", "fixed_multiple"} <= {
        line["signal"] for line in proposal["reasons"]
    }
    assert all(set(line["complaints"]) <= set(ones) for line in proposal["reasons"])
    assert before[-1]["rule"] != EVIDENCE_FIRST
    assert all(found[0]["note_zh"] and found[0]["expires_at"] for found in flags)
    assert fact["flags"]
    assert (route["desk"], route["skill"]) == ("evidence", "evidence_first")


async def test_flagged_person_finds_the_door_as_open_as_everybody(people: People) -> None:
    number = phone()
    await confirmed(people, number)
    mine = await bought(people, number, ("Shoe Barn", "boots"), PAST_EN)
    other = await registered(people, complaint(PAST_EN, recorder=AGENT.actor))
    await shown(people, mine, "confirmed")
    found = [await standing(people, one, stage="classified") for one in (mine, other)]
    said = [await types(people, one) for one in (mine, other)]

    assert [each[:3] for each in said] == [["registered", "classified", "reply_promised"]] * 2
    assert found[0]["assessment"]["grading"]["grade"] == found[1]["assessment"]["grading"]["grade"]
    assert {clock["name"] for clock in found[0]["clocks"]} == {clock["name"] for clock in found[1]["clocks"]}


async def test_flags_are_for_the_desk_and_the_person_learns_of_them_in_due_form(people: People) -> None:
    person, (one, *_) = await confirmed(people, phone())
    await shown(people, one, "confirmed")
    passing = await people.get(customer(person), f"/v1/complaints/{one}")
    await judged(people, CARE_SENIOR, person, "1/warning", text="A flag stands; you may appeal.")
    mine = await people.get(customer(person), f"/v1/flags/{person}")

    assert passing["flags"] == []
    assert [(flag["state"], flag["told"]) for flag in mine["flags"]] == [("confirmed", True)]


async def test_neither_proposer_nor_owner_nor_software_confirms(people: People) -> None:
    person, _ = await proposed(people, phone())
    by_owner = await refusal(people, AGENT_AND_REVIEWER, person, "1/confirmation", reason="I know her.")
    by_agent = await refusal(people, AGENT, person, "1/confirmation", reason="I know her.")
    await judged(people, REVIEWER, person, "proposals", kind="coercive", reason="Blocked the till.")
    by_proposer = await refusal(people, REVIEWER, person, "2/confirmation", reason="I saw it.")
    by_another = await judged(people, OTHER_REVIEWER, person, "2/confirmation", reason="Seen on film.")

    assert (by_owner, by_agent) == ("owner_is_not_confirmer", "reviewer_only")
    assert by_proposer == "proposer_is_not_confirmer"
    assert by_another[0] == "confirmed"


async def test_frequent_customer_in_earnest_is_not_proposed(people: People) -> None:
    number = phone()
    ones = [
        await bought(people, number, (shop, thing), narrative, purchases_12m=240)
        for shop, thing, narrative in IN_EARNEST
    ]
    person = await person_of(people, ones[0])

    async def so() -> dict[str, Any] | None:
        found = await flags_of(people, person)
        return found if found["complaint_count"] == len(ones) else None

    found = await until(so, "blacklist has heard of all complaints")

    assert (found["state"], found["flags"]) == ("observed", [])
    assert found["score"]["points"] < found["score"]["threshold"]
    assert found["score"]["guards"] == ["bulk_buyer"]
    assert [await shown(people, one) for one in ones] == [[]] * len(ones)


async def test_overturned_appeal_takes_the_route_back(people: People) -> None:
    number = phone()
    person, _ = await confirmed(people, number)
    one = await bought(people, number, ("Book Nook", "atlas"), PAST_EN)
    await last_route(people, one, EVIDENCE_FIRST)
    await judged(people, customer(person), person, "1/appeal", words="I teach law; these were my students.")
    own = await refusal(people, REVIEWER, person, "1/appeal/overturning", reason="So be it.")
    said = await judged(people, OTHER_REVIEWER, person, "1/appeal/overturning", reason="She is right.")
    await shown(people, one)
    route = await last_route(people, one, EVIDENCE_FIRST, other=True)

    assert own == "confirmer_is_not_judge"
    assert said == ["overturned", *["screened"] * 4]
    assert route["desk"] == "care"


async def test_flags_end_by_themselves_and_take_the_route_back(
    installation: LiveInstallation, people: People
) -> None:
    waiting, (first, *_) = await proposed(people, phone())
    number = phone()
    standing_, _ = await confirmed(people, number)
    received_at = (await domain_time(installation)).isoformat()
    one = await bought(people, number, ("Book Nook", "atlas"), PAST_EN, received_at=received_at)
    await last_route(people, one, EVIDENCE_FIRST)
    await installation.jump(31 * DAY)
    await shown(people, first)
    proposal = (await flags_of(people, waiting))["flags"][0]["state"]
    still = (await flags_of(people, standing_))["flags"][0]["state"]
    await installation.jump(335 * DAY)
    await shown(people, one)
    route = await last_route(people, one, EVIDENCE_FIRST, other=True)

    assert (proposal, still) == ("expired", "confirmed")
    assert (await flags_of(people, standing_))["flags"][0]["state"] == "expired"
    assert route["rule"]


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
