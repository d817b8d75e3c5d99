"""Complaints of one cause become a group that grows before everyone's eyes.

The lines of `events.md` for the group (U = also in the unit tests of the aggregate):

| line | where |
|---|---|
| formed, member_joined with reasons, stage_advanced | test_dozen…; U |
| group_noted per member, heard by intake as regraded | test_dozen…; U |
| member_left; not joined again by itself | test_removed…; U |
| role_changed, statement_approved, remedy_agreed | test_group_has_one_statement…; U |
| merged, split, referred | not built in this release |
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.complaints import complaint, events, heard, registered, standing, step, told, types, view
from tests.system.installation import LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.people import AGENT, CARE_MANAGER, GROUPS_MANAGER, People

NOBODY = "018f0000-0000-8000-8000-00000000dead"

LIFTS = (
    "小区三号楼电梯又停了，到现在还没有修好，老人上下楼很困难。",
    "The lift in building 3 is still out of order; we have to walk up nine floors.",
    "三号楼的电梯坏了三天了，现在还不能用，孩子上学都要爬楼。",
    "Our elevator is broken again and nobody comes. My mother cannot leave the flat.",
)


def lift_complaint(number: int, site: str = "望江苑3号楼", **changes: Any) -> dict[str, Any]:
    product = {"name": "客梯 KT-9", "batch": "2025-B"}
    return complaint(LIFTS[number % len(LIFTS)], product=product, site=site, **changes)


async def group_at(people: People, member: str, count: int) -> dict[str, Any]:
    """Wait until a complaint is in a group of `count` members, and return the group."""

    async def so() -> dict[str, Any] | None:
        group = (await view(people, member))["group"]
        found = await people.get(AGENT, f"/v1/groups/{group}") if group else None
        return found if found and found["member_count"] >= count else None

    return await until(so, f"{member} is in a group of {count}")


async def test_dozen_grows_from_one_and_everybody_is_regraded(people: People) -> None:
    first = await registered(people, lift_complaint(0))
    alone = await standing(people, first, stage="classified")
    second = await registered(people, lift_complaint(1))
    third = await registered(people, lift_complaint(2))
    small = await group_at(people, first, 3)
    others = [await registered(people, lift_complaint(number)) for number in range(3, 12)]
    large = await group_at(people, first, 12)
    members = [first, second, third, *others]
    views = [await standing(people, each, group_stage="collective") for each in members]
    stages = await told(people, large["group"], "stage_advanced", "group")
    joined = await told(people, large["group"], "member_joined", "group")
    routes = await heard(people, others[-1], "routed")
    histories = [await types(people, each) for each in members]

    assert (alone["group"], alone["assessment"]["grading"]["grade"]) == (None, "U2")
    assert (small["initiator"], small["stage"]) == (first, "followers")
    assert (large["initiator"], large["stage"], large["persons"]) == (first, "collective", 12)
    assert [(stage["stage"], stage["persons"]) for stage in stages] == [("followers", 3), ("collective", 10)]
    assert [member["role"] for member in joined] == ["initiator", *["follower"] * 11]
    assert all({"product", "site"} <= set(member["reasons"]["shared"]) for member in joined)
    assert all(member["reasons"]["causes"] == ["elevator_fault"] for member in joined)
    assert {found["assessment"]["grading"]["grade"] for found in views} == {"U1"}
    assert all("regraded" in history for history in histories)
    assert (await heard(people, first, "routed", 2))[-1]["rule"] == "group_collective"
    assert routes[-1]["desk"] == "groups"


@pytest.mark.parametrize(
    "near_miss",
    [
        lift_complaint(0, site="望江苑5号楼"),
        complaint("小区停水了，到现在还没有来水。", product={"name": "客梯 KT-9"}, site="江景苑1号楼"),
        lift_complaint(0, site="江景苑1号楼", received_at="2026-01-05T10:00:00+08:00"),
    ],
    ids=["another site", "another cause", "long before"],
)
async def test_near_miss_stays_out(people: People, near_miss: dict[str, Any]) -> None:
    family = [await registered(people, lift_complaint(number, site="江景苑1号楼")) for number in range(3)]
    outsider = await registered(people, near_miss)
    group = await group_at(people, family[0], 3)
    await standing(people, outsider, stage="classified")
    await heard(people, outsider, "routed")

    assert outsider not in {member["complaint"] for member in group["members"]}
    assert (await view(people, outsider))["group"] is None


async def test_two_complaints_of_one_person_are_no_group(people: People) -> None:
    body = lift_complaint(0, site="静园2号楼")
    family = [
        await registered(people, lift_complaint(number, site="静园2号楼", complainant=body["complainant"]))
        for number in range(3)
    ]
    for each in family:
        await heard(people, each, "routed")

    assert {(await view(people, each))["group"] for each in family} == {None}


async def test_removed_member_is_not_joined_again_by_itself(people: People) -> None:
    family = [await registered(people, lift_complaint(number, site="和园7号楼")) for number in range(3)]
    group = (await group_at(people, family[0], 3))["group"]
    path = f"/v1/groups/{group}/members/removal"
    too_low = await people.ask(AGENT, "POST", path, body={"complaint": family[2], "reason": "Other."})
    await people.post(GROUPS_MANAGER, path, {"complaint": family[2], "reason": "His is the goods lift."})
    left = await standing(people, family[2], group=None)
    fourth = await registered(people, lift_complaint(3, site="和园7号楼"))
    shown = await group_at(people, fourth, 3)
    await step(
        people, CARE_MANAGER, family[2], "classification", severity="safety", reason="Not joined by it."
    )
    members, person = f"/v1/groups/{group}/members", (await view(people, family[2]))["person"]
    refused = [
        (await people.ask(GROUPS_MANAGER, "POST", members, body={"complaint": one, "person": who})).json()
        for one, who in ((family[2], NOBODY), (NOBODY, person))
    ]
    by_hand = await people.post(GROUPS_MANAGER, members, {"complaint": family[2], "person": person})

    assert too_low.json()["rule"] == "level_too_low"
    assert left["group_stage"] is None
    assert family[2] not in {member["complaint"] for member in shown["members"]}
    assert [each["rule"] for each in refused] == ["not_this_persons", "not_registered"]
    assert by_hand["events"] == ["group.member_joined"]
    assert "member_left" in [
        event["type"].partition(".")[2] for event in await events(people, group, "group")
    ]


async def test_group_has_one_statement_and_like_remedy_for_all(people: People) -> None:
    family = [await registered(people, lift_complaint(number, site="云台4号楼")) for number in range(3)]
    group = (await group_at(people, family[0], 3))["group"]
    path = f"/v1/groups/{group}"
    remedy = {"kind": "compensation", "amount": "120.00", "currency": "CNY", "terms": "For each home."}
    said = [
        await people.post(GROUPS_MANAGER, f"{path}/statement", {"text": "The lift is repaired by Friday."}),
        await people.post(GROUPS_MANAGER, f"{path}/statement", {"text": "The lift is repaired by Friday."}),
        await people.post(GROUPS_MANAGER, f"{path}/remedy", remedy),
        await people.post(GROUPS_MANAGER, f"{path}/remedy", remedy),
        await people.post(GROUPS_MANAGER, f"{path}/remedy", {**remedy, "terms": "For each household."}),
        await people.post(
            GROUPS_MANAGER, f"{path}/roles", {"complaint": family[1], "role": "representative"}
        ),
    ]

    async def remedies() -> list[Any]:
        found = [await told(people, each, "group_noted", "escalation") for each in family]
        return [notes[-1]["remedy"] for notes in found] if all(notes[-1]["remedy"] for notes in found) else []

    assert [answer["events"] for answer in said] == [
        ["group.statement_approved"],
        [],
        ["group.remedy_agreed"],
        [],
        ["group.remedy_agreed"],
        ["group.role_changed"],
    ]
    assert len({str(remedy) for remedy in await until(remedies, "every member knows the remedy")}) == 1


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
