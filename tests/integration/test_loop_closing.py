"""What compensation and blacklist decide reaches the complaint: the answer, the return visit, the route.

The lines of `events.md` that two other services say and these two hear (U = also in the unit tests):

| line | where |
|---|---|
| negotiation, all of it: intake notes | test_every_step…; U |
| settled, refused: intake answers, the visit follows, closed | test_what_the_negotiation_decided…; U |
| settled: escalation notes (like remedy) | test_what_a_member_got…; U |
| withdrawn: closed | test_withdrawn…; U |
| referred: open under its own clock | test_referral_by_compensation…; U |
| answered by hand while a round is open: refused | test_no_answer_by_hand…; U |
| reopened, the next round | test_settled_complaint_that_is_not_solved…; U |
| screened: intake (note for the desk), escalation (route) | test_flag_changes_the_route…; U |
| account_requested, account_frozen: intake notes | test_account_of_a_bypass… |

The complaints here ask for no money, so that compensation itself has nothing to say of them and its streams
are free for this test to speak on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts import flag, negotiation
from tests.integration.speaking import SUM, Others, Talk
from tests.system.complaints import (
    RUDE_EN,
    complaint,
    heard,
    noted,
    now,
    offered,
    registered,
    standing,
    step,
    told,
    types,
    view,
)
from tests.system.contacts import sender_to
from tests.system.installation import LiveInstallation, until
from tests.system.people import AGENT, CARE_SENIOR, OPERATOR, VISITOR, People, customer
from tests.system.test_bypass import bypassed, move


@pytest.fixture
async def others(installation: LiveInstallation) -> AsyncIterator[Others]:
    async with sender_to(installation) as sender:
        yield Others(sender)


@pytest.fixture
async def talk(people: People, others: Others) -> Talk:
    """A classified complaint that nobody has taken up yet."""
    one = await registered(people, complaint(RUDE_EN, recorder=AGENT.actor))
    await heard(people, one, "routed")
    return Talk(people, others, one, (await view(people, one))["person"])


async def visited(people: People, one: str, *, solved: bool = True) -> None:
    findings = {"solved": solved, "perceived": 4 if solved else 1, "expected": 4}
    await step(people, VISITOR, one, "return-visits", reached=True, **findings)


@pytest.mark.parametrize("outcome", ["settled", "refused"])
async def test_what_the_negotiation_decided_answers_is_visited_and_closes(
    people: People, talk: Talk, outcome: str
) -> None:
    await talk.opens()
    await talk.decides(outcome)
    answered = await standing(people, talk.one, stage="answered", outcome=outcome)
    (answer,) = await told(people, talk.one, "answered")
    (reply,) = await told(people, talk.one, "replied")
    await visited(people, talk.one)
    closed = await standing(people, talk.one, stage="closed")

    assert answered["owner"]["actor"] == AGENT.actor
    assert (answer["text"], reply["text"]) == (None, None)
    assert (await types(people, talk.one)).count("acknowledged") == 1
    assert closed["outcome"] == outcome
    assert not closed["negotiation"]["is_open"]
    assert (await noted(people, talk.one, "answered"))["outcome"] == outcome


async def test_no_answer_by_hand_while_a_round_is_open(people: People, talk: Talk) -> None:
    await talk.opens()
    path = f"/v1/complaints/{talk.one}/answer"
    refused = await people.ask(AGENT, "POST", path, body={"text": "It was us."})
    in_chinese = await people.ask(
        AGENT, "POST", path, body={"text": "It was us."}, headers={"accept-language": "zh"}
    )
    await talk.goes(negotiation.Ended, why="referral_decided")
    await talk.at("ended")
    said = await step(people, AGENT, talk.one, "answer", text="It was us.")

    assert (refused.status_code, refused.json()["rule"]) == (409, "negotiation_open")
    assert refused.json()["remedy"]
    assert "赔付协商" in in_chinese.text
    assert said[-1] == "answered"


async def test_every_step_is_noted_once_however_often_it_is_delivered(people: People, talk: Talk) -> None:
    await talk.opens()
    for kind in (negotiation.TermsDeclined, negotiation.Withdrawn):
        await talk.goes(kind, times=3)
    await standing(people, talk.one, stage="closed")
    steps = [data["fact"] for data in await told(people, talk.one, "noted")]

    assert [fact["step"] for fact in steps if fact["kind"] == "negotiation"] == [
        "opened",
        "terms_declined",
        "withdrawn",
    ]


async def test_withdrawn_negotiation_closes_the_complaint_as_withdrawn(people: People, talk: Talk) -> None:
    await talk.opens()
    await talk.goes(negotiation.Withdrawn)
    closed = await standing(people, talk.one, stage="closed")

    assert closed["outcome"] == "withdrawn"


async def test_referral_by_compensation_stays_open_under_its_own_clock(people: People, talk: Talk) -> None:
    due = now() + timedelta(days=9)
    await talk.opens()
    await talk.goes(negotiation.Referred, to="mediator", until=due)
    shown = await talk.at("referred", to="mediator")
    before = await view(people, talk.one)
    await talk.goes(negotiation.Resumed, why="by_hand")
    await talk.at("resumed", to=None)
    after = await view(people, talk.one)

    assert datetime.fromisoformat(shown["until"]) == due
    assert (before["stage"], after["stage"]) == ("classified", "classified")
    assert statuses(before)["negotiation_referral"] == "running"
    assert statuses(after)["negotiation_referral"] == "met"


def statuses(shown: dict[str, Any]) -> dict[str, str]:
    return {clock["name"]: clock["status"] for clock in shown["clocks"]}


async def test_decision_that_comes_after_an_answer_by_hand_breaks_nothing(people: People, talk: Talk) -> None:
    await step(people, AGENT, talk.one, "answer", text="It was us.")
    await talk.opens()
    await talk.decides("settled")
    await talk.goes(negotiation.Withdrawn)
    await talk.at("withdrawn")
    await visited(people, talk.one)
    closed = await standing(people, talk.one, stage="closed")

    assert closed["outcome"] == "answered"
    assert (await types(people, talk.one)).count("answered") == 1


async def test_settled_complaint_that_is_not_solved_goes_into_the_next_round(
    people: People, talk: Talk
) -> None:
    await talk.opens()
    await talk.decides("settled")
    await standing(people, talk.one, stage="answered")
    await visited(people, talk.one, solved=False)
    await standing(people, talk.one, stage="in_hand")
    await talk.opens(round=2)
    await talk.decides("settled", round=2)
    await standing(people, talk.one, stage="answered")
    await visited(people, talk.one)
    closed = await standing(people, talk.one, stage="closed")

    assert (closed["outcome"], closed["reopenings"]) == ("settled", 1)
    assert closed["negotiation"]["round"] == 2


async def test_what_a_member_got_is_kept_by_escalation(people: People, talk: Talk) -> None:
    await talk.opens()
    await talk.decides("settled", remedies=["repair"])
    fact = await noted(people, talk.one, "settled")
    shown = await people.get(CARE_SENIOR, f"/v1/escalations/{talk.one}")

    assert (fact["sum"], fact["remedies"]) == (SUM, ["repair"])
    assert shown["settlement"]["sum"] == SUM


async def test_flag_changes_the_route_and_is_a_note_for_the_desk_alone(people: People, talk: Talk) -> None:
    before = await view(people, talk.one)
    today = now()
    confirmed = flag.LiveFlag(
        kind="professional",
        state="confirmed",
        since=today,
        expires_at=today + timedelta(days=365),
        review_due=today + timedelta(days=180),
    )
    await talk.others.screen(talk.one, talk.person, confirmed)
    offer = await offered(people, talk.one, "evidence")
    shown = await view(people, talk.one)
    route = (await heard(people, talk.one, "routed", 2))[-1]
    to_customer = await people.get(customer(talk.person), f"/v1/complaints/{talk.one}")
    await talk.others.screen(talk.one, talk.person)
    back = (await heard(people, talk.one, "routed", 3))[-1]
    cleared = await standing(people, talk.one, flags=[])

    assert offer["level"] == "senior"
    assert (route["rule"], route["skill"]) == ("flag_professional", "evidence_first")
    assert [(each["kind"], each["note_en"][:14]) for each in shown["flags"]] == [
        ("professional", "Evidence first")
    ]
    assert "证据" in shown["flags"][0]["note_zh"]
    assert to_customer["flags"] == []
    assert back["rule"] == "past_other"
    for same in ("stage", "clocks", "owner"):
        assert cleared[same] == before[same]
    assert cleared["assessment"]["grading"] == before["assessment"]["grading"]


async def test_account_of_a_bypass_is_noted_by_intake(people: People, talk: Talk) -> None:
    await bypassed(people, talk.one)
    await move(people, AGENT, talk.one, "account", account="I called on Monday.")

    async def so() -> list[dict[str, Any]]:
        facts = [data["fact"] for data in await told(people, talk.one, "noted")]
        found = [fact for fact in facts if fact["kind"] == "account"]
        return found if len(found) > 1 else []

    assert [(fact["step"], fact["absent"]) for fact in await until(so, "intake notes both")] == [
        ("requested", None),
        ("frozen", False),
    ]


async def test_nothing_of_it_was_refused_parked_or_put_aside(
    installation: LiveInstallation, people: People
) -> None:
    for service in ("intake", "escalation"):
        figures = await people.get(OPERATOR, "/v1/operations/figures", service=service)
        letters = await people.get(OPERATOR, "/v1/operations/dead-letters", service=service)
        chain = await people.get(OPERATOR, "/v1/operations/chain", service=service)

        assert (figures["parked"], letters["dead_letters"]) == (0, [])
        assert chain["whole"]
        said = b"".join(text for name, text in installation.logs().items() if name.startswith(service))
        assert b"note_refused" not in said
        assert b"follow_up_refused" not in said
