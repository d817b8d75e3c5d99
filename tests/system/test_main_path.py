"""Complaints on their way over HTTP, Kafka and HTTP again, from the call to the archive.

The lines of `events.md` for the complaint and where each is asserted (the same for escalation and group
stands in `test_bypass.py` and `test_groups.py`; U = also in the unit tests of the aggregate):

| line | where |
|---|---|
| registered | every test here; the Kafka door: tests/integration/test_intake_http.py; U |
| classified, reply_promised in one decision | test_running_loss…; U |
| classification_corrected, regraded, re-routed | test_corrected_label…; U |
| acknowledged; owner_changed by who acts for the desk | test_running_loss…; U |
| handover_offered, handover_declined | test_running_loss…, test_declined…; U |
| owner_changed by acceptance; heard as the owner | test_running_loss…; U |
| replied, harm_stopped, regraded, re-routed | test_running_loss…; U |
| linked, unlinked; heard by escalation | test_repeated_matter…; U |
| noted | test_running_loss… (private: R6 in judging); U |
| answered, return_visit_recorded, closed answered | test_running_loss…, test_past_loss…; U |
| reopened by a visit, never to the last owner | test_not_solved…; U |
| reopened by the customer | test_customer_reopens…; U |
| closed after three unreached visits | test_three_visits…; U |
| closed withdrawn, decided_elsewhere, from any state | test_withdrawn…, test_decided_elsewhere…; U |
| deadline_missed | test_timers.py; U |
"""

from __future__ import annotations

import pytest

from tests.system.complaints import (
    ONGOING_EN,
    ONGOING_ZH,
    PAST_EN,
    PAST_ZH,
    closed_well,
    complaint,
    events,
    heard,
    noted,
    offered,
    registered,
    standing,
    step,
    told,
    types,
    view,
)
from tests.system.installation import LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.people import (
    AGENT,
    CARE_MANAGER,
    CARE_SENIOR,
    OTHER_CARE_SENIOR,
    URGENT_LEAD,
    VISITOR,
    People,
    Who,
    customer,
)
from tests.system.reading import published


async def refused(people: People, who: Who, one: str, path: str, **body: object) -> str:
    answer = await people.ask(who, "POST", f"/v1/complaints/{one}/{path}", body=body or None)
    assert answer.status_code in {403, 409, 422}, answer.text
    rule: str = answer.json()["rule"]
    return rule


async def in_hand(people: People, narrative: str, desk: str, owner: Who) -> str:
    """Return a complaint that its proposed owner has taken over."""
    one = await registered(people, complaint(narrative, recorder=AGENT.actor))
    await offered(people, one, desk)
    assert await step(people, owner, one, "handover/acceptance") == ["owner_changed"]
    return one


@pytest.mark.parametrize("narrative", [ONGOING_ZH, ONGOING_EN], ids=["zh", "en"])
async def test_running_loss_is_stopped_first_and_the_complaint_is_closed_in_the_end(
    people: People, narrative: str
) -> None:
    one = await registered(people, complaint(narrative, recorder=AGENT.actor))
    offer = await offered(people, one, "urgent")
    waiting = await view(people, one)
    steps = [
        await step(people, AGENT, one, "acknowledgement"),
        await step(people, URGENT_LEAD, one, "handover/acceptance"),
        await step(people, URGENT_LEAD, one, "harm-stopped", how="A fitter was there."),
        await step(people, URGENT_LEAD, one, "replies", text="It runs again."),
    ]
    rule = await refused(people, URGENT_LEAD, one, "return-visits", reached=False)
    steps.append(await step(people, URGENT_LEAD, one, "answer", text="The pipe was replaced."))
    own_visit = await refused(
        people, URGENT_LEAD, one, "return-visits", reached=True, solved=True, perceived=5, expected=3
    )
    steps.append(
        await step(people, VISITOR, one, "return-visits", reached=True, solved=True, perceived=4, expected=3)
    )
    closed = await standing(people, one, stage="closed")
    at_escalation = await noted(people, one, "closed")

    assert waiting["assessment"]["timing"] == "ongoing"
    assert (waiting["stage"], waiting["assessment"]["grading"]["grade"]) == ("classified", "U2")
    assert waiting["owner"] == {"actor": AGENT.actor, "desk": "front", "level": "agent"}
    assert offer["level"] == "senior"
    assert steps == [
        ["acknowledged"],
        ["owner_changed"],
        ["harm_stopped", "regraded"],
        ["replied"],
        ["answered"],
        ["return_visit_recorded"],
    ]
    assert (rule, own_visit) == ("not_answered", "other_person_visits")
    assert (closed["outcome"], closed["owner"]["actor"]) == ("answered", URGENT_LEAD.actor)
    assert closed["assessment"]["harm"] == "stopped"
    assert {clock["status"] for clock in closed["clocks"]} <= {"met", "dropped", "ended"}
    assert at_escalation["outcome"] == "answered"


async def test_every_clock_is_explained_in_both_languages(people: People) -> None:
    one = await registered(people, complaint(ONGOING_ZH))
    clocks = (await standing(people, one, stage="classified"))["clocks"]

    assert {clock["name"] for clock in clocks} == {
        "acknowledge",
        "stop_the_loss",
        "first_reply",
        "final_answer",
    }
    for clock in clocks:
        assert clock["explanation_en"].endswith(".")
        assert "依据" in clock["explanation_zh"]


@pytest.mark.parametrize("narrative", [PAST_ZH, PAST_EN], ids=["zh", "en"])
async def test_past_loss_goes_to_care_and_is_answered(people: People, narrative: str) -> None:
    one = await in_hand(people, narrative, "care", CARE_SENIOR)
    found = await view(people, one)
    route = (await heard(people, one, "routed"))[0]
    await closed_well(people, one, CARE_SENIOR)

    assert (found["assessment"]["timing"], found["assessment"]["grading"]["grade"]) == ("past", "U3")
    assert (route["rule"], route["desk"], route["level"]) == ("past_serious", "care", "senior")
    assert route["policy"]
    assert (await types(people, one))[-3:] == ["answered", "return_visit_recorded", "closed"]


async def test_not_solved_is_reopened_and_goes_to_another_handler(people: People) -> None:
    one = await in_hand(people, PAST_EN, "care", CARE_SENIOR)
    await step(people, CARE_SENIOR, one, "answer", text="The fee was right.")
    said = await step(
        people, VISITOR, one, "return-visits", reached=True, solved=False, perceived=1, expected=4
    )
    await offered(people, one, "care")
    rule = await refused(people, CARE_SENIOR, one, "handover/acceptance")
    await step(people, OTHER_CARE_SENIOR, one, "handover/acceptance")
    again = await view(people, one)
    await closed_well(people, one, OTHER_CARE_SENIOR)
    route = (await heard(people, one, "routed", 2))[-1]

    assert said == ["return_visit_recorded", "reopened"]
    assert rule in {"giver_is_not_taker", "taker_excluded"}
    assert CARE_SENIOR.actor in route["not_to"]
    assert (again["stage"], again["reopenings"]) == ("in_hand", 1)
    assert {clock["name"] for clock in again["clocks"] if clock["status"] == "running"} == {
        "first_reply",
        "final_answer",
    }


async def test_customer_reopens_what_was_closed(people: People) -> None:
    one = await in_hand(people, PAST_ZH, "care", CARE_SENIOR)
    await closed_well(people, one, CARE_SENIOR)
    person = (await view(people, one))["person"]
    said = await step(people, customer(person), one, "reopening", words="钱还没有到。")
    await noted(people, one, "reopened")
    stranger = await refused(people, customer(one), one, "reopening", words="Mine too.")

    assert said == ["reopened"]
    assert stranger == "own_complaint_only"
    assert (await standing(people, one, stage="in_hand"))["reopenings"] == 1


async def test_three_visits_in_vain_close_it(people: People) -> None:
    one = await in_hand(people, PAST_EN, "care", CARE_SENIOR)
    await step(people, CARE_SENIOR, one, "answer", text="The money is on its way.")
    for _ in range(3):
        await step(people, VISITOR, one, "return-visits", reached=False)
    closed = await standing(people, one, stage="closed")

    assert closed["outcome"] == "answered"
    assert [visit["attempt"] for visit in await told(people, one, "return_visit_recorded")] == [1, 2, 3]


async def test_withdrawn_by_the_customer_is_closed_from_any_state(people: People) -> None:
    one = await registered(people, complaint(PAST_ZH))
    person = (await view(people, one))["person"]
    said = await step(people, customer(person), one, "withdrawal", words="不用了。")
    fact = await noted(people, one, "closed")

    assert said == ["closed"]
    assert (await view(people, one))["outcome"] == "withdrawn"
    assert fact["outcome"] == "withdrawn"


async def test_decided_elsewhere_is_final(people: People) -> None:
    one = await in_hand(people, PAST_EN, "care", CARE_SENIOR)
    said = await step(people, CARE_MANAGER, one, "decision-elsewhere", decided_by="court")
    rule = await refused(people, CARE_MANAGER, one, "reopening", words="Once more.")

    assert said == ["closed"]
    assert rule == "outcome_is_final"
    assert (await noted(people, one, "closed"))["outcome"] == "decided_elsewhere"


async def test_repeated_matter_of_one_person_is_linked(people: People) -> None:
    body = complaint(PAST_EN, order="ORD-4471")
    first = await registered(people, body)
    await standing(people, first, stage="classified")
    second = await registered(people, complaint(PAST_EN, order="ORD-4471", complainant=body["complainant"]))
    stranger = await registered(people, complaint(PAST_EN, order="ORD-4471"))
    await standing(people, second, links=[first])
    fact = await noted(people, second, "linked")
    unlinked = await step(people, AGENT, second, "links/removal", other=first, why="wrong_match")

    assert [link["why"] for link in await told(people, second, "linked")] == ["same_order"]
    assert fact["other"] == first
    assert unlinked == ["unlinked"]
    assert (await view(people, second))["links"] == []
    assert (await noted(people, second, "unlinked"))["other"] == first
    assert (await standing(people, stranger, stage="classified"))["links"] == []


async def test_corrected_label_regrades_and_reroutes(people: People) -> None:
    one = await registered(people, complaint(ONGOING_EN))
    await offered(people, one, "urgent")
    said = await step(
        people, AGENT, one, "classification", timing="past", severity="financial", reason="It came on again."
    )
    await offered(people, one, "care")
    routes = await heard(people, one, "routed", 2)

    assert said == ["classification_corrected", "regraded"]
    assert [route["rule"] for route in routes] == ["ongoing", "loss_just_stopped"]


async def test_declined_handover_leaves_the_owner(people: People) -> None:
    one = await registered(people, complaint(PAST_EN, recorder=AGENT.actor))
    await offered(people, one, "care")
    outsider = await refused(people, URGENT_LEAD, one, "handover/acceptance")
    said = await step(people, CARE_SENIOR, one, "handover/refusal", reason="Not our product.")
    found = await view(people, one)
    by_hand = await step(people, AGENT, one, "handover/offer", desk="urgent", level="lead")

    assert outsider == "offered_desk_and_level_only"
    assert said == ["handover_declined"]
    assert (found["owner"]["actor"], found["offered"]) == (AGENT.actor, None)
    assert by_hand == ["handover_offered"]


async def test_only_the_owner_answers_and_nobody_settles_by_hand(people: People) -> None:
    one = await in_hand(people, PAST_EN, "care", CARE_SENIOR)

    assert await refused(people, OTHER_CARE_SENIOR, one, "answer", text="Done.") == "owner_only"
    settled = await refused(people, CARE_SENIOR, one, "answer", outcome="settled", text="Done.")
    assert settled == "settled_by_negotiation_only"


async def test_texts_are_shown_to_staff_and_sealed_for_everybody_else(
    installation: LiveInstallation, people: People
) -> None:
    one = await registered(people, complaint(PAST_EN))
    (said,) = [event for event in await events(people, one) if event["type"] == "complaint.registered"]

    async def public() -> list[bytes]:
        records = await published(installation, "intake")
        return [record.value for record in records if record.id == f"complaint-{one}@1"]

    (value,) = await until(public, "the registration is published")

    assert said["data"]["narrative"] == PAST_EN
    assert b"charged twice" not in value
    assert b'"sealed":[{' in value.replace(b" ", b"")


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    rows = await installation.rows(
        "intake", "SELECT substr(stream, 11) FROM eventlog.events WHERE version = 1"
    )

    await promises_hold(installation, [row[0] for row in rows])
