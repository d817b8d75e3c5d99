"""Going over the front line's head (越级), and a person's moves on the escalation of a complaint.

The lines of `events.md` for escalation (U = also in the unit tests of the aggregate):

| line | where |
|---|---|
| noted | test_main_path.py (R3 in judging: heard in order); U |
| routed {desk, level, person, rule, policy}; intake offers | test_main_path.py; U |
| ladder after a missed deadline | test_timers.py; U |
| shelved, resumed, handler_changed, line_held, conceded | tests/integration/test_escalation_flow.py; U |
| bypass_threatened | test_threatened…; U |
| bypass_recorded with the earlier record, or its absence | test_bypass_after_a_record…, test_bypass_at_once…; U |
| account_requested, account_frozen (handed in) | test_bypass_after_a_record…; (absent) test_timers.py; U |
| bypass_sent_back, bypass_repeated; intake regrades | test_second_bypass…; U |
| referred, referral_returned | tests/integration/test_escalation_flow.py; U |
| group_noted | test_groups.py; U |
"""

from __future__ import annotations

from typing import Any

from tests.system.complaints import (
    ONGOING_ZH,
    PAST_EN,
    REGULATOR_ZH,
    RUDE_EN,
    THREAT_ZH,
    complaint,
    events,
    heard,
    noted,
    offered,
    registered,
    standing,
    step,
    types,
    view,
)
from tests.system.installation import LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.people import AGENT, CARE_MANAGER, CARE_SENIOR, OTHER_AGENT, OTHER_CARE_SENIOR, People, Who


async def move(people: People, who: Who, one: str, path: str, **body: Any) -> list[str]:
    """Take a step on an escalation and return the types of the events it led to."""
    answer = await people.post(who, f"/v1/escalations/{one}/{path}", body)
    return [name.removeprefix("escalation.") for name in answer["events"]]


async def bypassed(people: People, one: str, target: str = "head_office") -> list[str]:
    """Report a bypass that came at the moment of the last thing that happened to the complaint."""
    came_at = (await events(people, one))[-1]["at"]
    return await move(people, AGENT, one, "bypasses", target=target, came_at=came_at)


async def test_threatened_is_not_done(people: People) -> None:
    one = await registered(people, complaint(THREAT_ZH))
    (threat,) = await heard(people, one, "bypass_threatened")
    found = await standing(people, one, stage="classified")

    assert threat["target"] == "regulator"
    assert found["assessment"]["bypass"] == "threatened"
    assert "bypass_recorded" not in await types(people, one, "escalation")


async def test_bypass_at_once_records_that_the_front_line_had_nothing(people: People) -> None:
    one = await registered(people, complaint(REGULATOR_ZH, channel="regulator", source="regulator-portal"))
    (recorded,) = await heard(people, one, "bypass_recorded")
    (asked,) = await heard(people, one, "account_requested")
    offer = await offered(people, one, "regulatory")

    assert (recorded["target"], recorded["found_by"]) == ("regulator", "classification")
    assert recorded["earlier_record"] is None
    assert asked["bypass"] == 1
    assert offer["level"] == "lead"


async def test_bypass_after_a_record_freezes_what_the_front_line_had(people: People) -> None:
    one = await registered(people, complaint(PAST_EN, recorder=AGENT.actor))
    await offered(people, one, "care")
    await step(people, AGENT, one, "acknowledgement")
    await step(people, AGENT, one, "replies", text="We look into it.")
    await noted(people, one, "replied")
    said = await bypassed(people, one)
    recorded = (await heard(people, one, "bypass_recorded"))[0]
    stranger = await people.ask(OTHER_AGENT, "POST", f"/v1/escalations/{one}/account", body={"account": "I…"})
    frozen = await move(
        people, AGENT, one, "account", account="I acknowledged at once and replied within the hour."
    )
    share = await until(lambda: _share_with_record(people), "the share counts the bypass")
    offer = await offered(people, one, "customer_relations")

    assert said == ["bypass_recorded", "account_requested", "routed"]
    assert recorded["earlier_record"]["owner"] == AGENT.actor
    assert recorded["earlier_record"]["acknowledged_at"] is not None
    assert recorded["earlier_record"]["replied_at"] is not None
    assert stranger.json()["rule"] == "only_own_account"
    assert frozen == ["account_frozen"]
    assert share["with_record"] <= share["bypasses"]
    assert offer["level"] == "lead"


async def test_earlier_complaint_of_the_matter_is_part_of_the_record(people: People) -> None:
    body = complaint(RUDE_EN, order="ORD-77")
    first = await registered(people, body)
    await standing(people, first, stage="classified")
    second = await registered(
        people, complaint(REGULATOR_ZH, order="ORD-77", complainant=body["complainant"])
    )

    async def so() -> bool:
        records = [each["earlier_record"] for each in await heard(people, second, "bypass_recorded")]
        return any(record and record["earlier_complaints"] == [first] for record in records)

    assert await until(so, "the bypass names the earlier complaint")


async def test_second_bypass_needs_a_supervisor_and_a_matter_sent_back_goes_higher(people: People) -> None:
    one = await registered(people, complaint(RUDE_EN, recorder=AGENT.actor))
    await noted(people, one, "classified")
    grade_before = (await standing(people, one, stage="classified"))["assessment"]["grading"]["grade"]
    await bypassed(people, one)
    graded = await until(lambda: _grade(people, one, "U3"), "a bypass regrades to U3")
    same_again = {"handler": AGENT.actor, "level": "manager", "reason": "Look again."}
    refused = await people.ask(CARE_MANAGER, "POST", f"/v1/escalations/{one}/sending-back", body=same_again)
    sent = await move(people, CARE_MANAGER, one, "sending-back", **{**same_again, "handler": "manager-9"})
    route = (await heard(people, one, "routed", 3))[-1]
    again = await bypassed(people, one, "media")
    (repeated,) = await heard(people, one, "bypass_repeated")
    shown = await people.get(CARE_SENIOR, f"/v1/escalations/{one}")

    assert grade_before == "U4"
    assert graded == "U3"
    assert refused.json()["rule"] == "not_a_different_handler"
    assert sent == ["bypass_sent_back", "routed"]
    assert (route["handler"], route["level"]) == ("manager-9", "manager")
    assert again[:2] == ["bypass_recorded", "bypass_repeated"]
    assert (repeated["count"], repeated["call_back_level"]) == (2, "manager")
    assert {clock["name"] for clock in shown["clocks"]} == {"account", "sent_back", "call_back"}


async def _grade(people: People, one: str, wanted: str) -> str | None:
    grade: str = (await view(people, one))["assessment"]["grading"]["grade"]
    return grade if grade == wanted else None


async def test_running_loss_is_never_shelved(people: People) -> None:
    one = await registered(people, complaint(ONGOING_ZH))
    await heard(people, one, "routed")
    until_when = {"until": "2099-01-01T00:00:00Z", "reason": "It can wait."}
    answer = await people.ask(OTHER_CARE_SENIOR, "POST", f"/v1/escalations/{one}/shelving", body=until_when)

    assert answer.json()["rule"] == "loss_still_running"


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)


async def _share_with_record(people: People) -> dict[str, Any] | None:
    share: dict[str, Any] = await people.get(CARE_MANAGER, "/v1/escalations/bypass-share")
    return share if share["with_record"] else None
