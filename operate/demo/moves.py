"""The moves that plays are made of: each says do this now, not before that time, or nothing needed. Pure.

Times between the moves are those of an ordinary desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from operate.demo.case import Act, Case, Later, Turn
from operate.demo.cast import (
    REFERRER,
    SUPERVISOR,
    Player,
    customer_of,
    owner_of,
    taker_of,
    visitor_of,
)
from operate.demo.seen import MONEY_DEMANDS, Seen
from operate.demo.tales import Story

ANSWER_AFTER: Final = timedelta(hours=3)
# Where many share a cause, somebody must look at the thing itself first.
ANSWER_AFTER_INSPECTION: Final = timedelta(hours=30)
VISIT_AFTER: Final = timedelta(hours=6)
WORDS_AFTER: Final = timedelta(hours=1)
REFERRED_FOR: Final = timedelta(days=45)
SAFELY_AFTER: Final = timedelta(minutes=1)
GROUPS: Final = "groups"
# Plots that end with the complaint open, under an owner and a clock.
STAY_OPEN: Final = frozenset({"referred", "left_open"})
_READ_LANGUAGES: Final = frozenset({"zh", "en"})
_BY_LINK: Final = frozenset({"web", "app"})


def review(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Set labels right as a careful reader would: where the rules are unsure, or wrong on timing or danger."""
    story = case.tale.story
    is_overlooked = story.severity == "safety" != seen.severity
    is_wrong = seen.harm != "stopped" and (seen.timing != story.timing or is_overlooked)
    wishes = _overlooked_wishes(story, seen)
    if "classification" in case.done or not (seen.needs_review or is_wrong or wishes):
        return None
    labels: dict[str, Any] = {"reason": case.said("review"), **wishes}
    if seen.needs_review or is_wrong:
        labels |= {"timing": story.timing, "severity": story.severity}
    if story.language in _READ_LANGUAGES:
        labels["language"] = story.language
    return Act(player=_owner(case, seen), door="classification", body=labels, settles=True)


def acknowledge(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Confirm the arrival, as the owner."""
    return Act(player=_owner(case, seen), door="acknowledgement") if seen.owes("acknowledge") else None


def stop_harm(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Stop the loss where it runs, as the owner."""
    if seen.timing != "ongoing":
        return None
    return Act(player=_owner(case, seen), door="harm-stopped", body={"how": case.said("how_stopped")})


def reply(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Give a first reply before the answer where there is danger or a bypass, or the answer will take long."""
    takes_long = case.tale.story.plot in STAY_OPEN
    is_serious = seen.severity == "safety" or seen.bypass != "none" or takes_long
    if not (is_serious and seen.owes("first_reply")):
        return None
    return Act(player=_owner(case, seen), door="replies", body={"text": case.said("reply")})


def give_account(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Hand in the account of a bypass, as the handler who was asked for it."""
    if case.account_of is None or "account" in case.done:
        return None
    owner = _owner(case, seen)
    handler = Player(case.account_of, owner.role, owner.desk) if case.account_of else owner
    return Act(player=handler, service="escalation", door="account", body={"account": case.said("account")})


def tell_earlier_bypass(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Tell of an earlier bypass only the front line knows: the one read from the text is the second."""
    if case.earlier_bypass is None or "bypasses" in case.done:
        return None
    body = {"target": "regulator", "came_at": case.earlier_bypass.isoformat()}
    return Act(player=_owner(case, seen), service="escalation", door="bypasses", body=body, settles=True)


def accept(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Take over, as one of the offered desk and level; once for each time the complaint is open."""
    mark = _accepted(seen)
    if seen.offered is None or mark in case.done:
        return None
    taker = taker_of(seen.offered, seen, case.tale.reference)
    return Act(player=taker, door="handover/acceptance", mark=mark)


def accept_for_the_group(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Take over once more where a group is led as one: its desk takes its members, whoever has them."""
    mark = "accepted for the group"
    if seen.offered is None or seen.offered.desk != GROUPS or mark in case.done:
        return None
    return Act(
        player=taker_of(seen.offered, seen, case.tale.reference), door="handover/acceptance", mark=mark
    )


def accept_again(case: Case, seen: Seen, now: datetime) -> Turn:
    """Take over after a reopening: routing proposes somebody else."""
    return accept(case, seen, now) if seen.reopenings else None


def decline(case: Case, seen: Seen, _now: datetime) -> Turn:
    """Decline the first hand-over; where routing left it with the owner, the owner asks care first."""
    if "handover/refusal" in case.done:
        return None
    if seen.offered is not None:
        taker = taker_of(seen.offered, seen, case.tale.reference)
        return Act(player=taker, door="handover/refusal", body={"reason": case.said("decline")})
    if "handover/offer" in case.done:
        return None
    wished = {"desk": "care", "level": "senior"}
    return Act(player=_owner(case, seen), door="handover/offer", body=wished)


def wait_for_a_miss(_case: Case, seen: Seen, _now: datetime) -> Turn:
    """Wait until a clock has run out."""
    return None if seen.has_missed or seen.next_due is None else Later(seen.next_due + SAFELY_AFTER)


def take_up_above(case: Case, seen: Seen, now: datetime) -> Turn:
    """Take over from above; where the ladder proposed nobody, a supervisor sees to it."""
    if seen.offered is not None or {"handover/offer", _accepted(seen)} & case.done:
        return accept(case, seen, now)
    wished = {"desk": SUPERVISOR.desk, "level": SUPERVISOR.role}
    return Act(player=SUPERVISOR, door="handover/offer", body=wished)


def answer(case: Case, seen: Seen, now: datetime) -> Turn:
    """Answer, some hours after taking it in hand; of demands for compensation, one in three is refused.

    Where money is talked about, the talk's end is the answer.
    """
    if not seen.owes("final_answer") or (seen.talk is not None and seen.talk.is_open):
        return None
    story = case.tale.story
    is_refused = story.plot == "answered" and story.demand == "compensation" and case.is_one_in(3)
    outcome, line = ("refused", "refusal") if is_refused else ("answered", "answer")
    act = Act(player=_owner(case, seen), door="answer", body={"outcome": outcome, "text": case.said(line)})
    after = ANSWER_AFTER_INSPECTION if seen.group else ANSWER_AFTER
    return _not_before(_in_hand_since(seen), after, now, act)


def visit(case: Case, seen: Seen, now: datetime) -> Turn:
    """Find it solved, as somebody who did not handle it."""
    perceived = 3 + case.is_one_in(2) + case.is_one_in(3)
    return _visited(case, seen, now, {"reached": True, "solved": True, "perceived": perceived, "expected": 4})


def find_unsolved(case: Case, seen: Seen, now: datetime) -> Turn:
    """Say that it is not solved: those with a link by themselves, the others when they are visited."""
    if seen.reopenings:
        return None
    if case.tale.register["channel"] not in _BY_LINK:
        findings = {"reached": True, "solved": False, "perceived": 2, "expected": 4}
        return _visited(case, seen, now, findings)
    if seen.stage != "answered":
        return None
    words = {"words": case.said("reopening")}
    act = Act(player=customer_of(seen), door="reopening", body=words, settles=True)
    return _not_before(_answered_at(seen), VISIT_AFTER, now, act)


def visit_in_vain(case: Case, seen: Seen, now: datetime) -> Turn:
    """Reach nobody."""
    return _visited(case, seen, now, {"reached": False})


def withdraw(case: Case, seen: Seen, now: datetime) -> Turn:
    """Take it back, as the customer."""
    act = Act(player=customer_of(seen), door="withdrawal", body={"words": case.said("withdrawal")})
    return _not_before(_in_hand_since(seen), WORDS_AFTER, now, act)


def refer(case: Case, seen: Seen, now: datetime) -> Turn:
    """Put the matter before a mediator, as a lead."""
    is_elsewhere = seen.referred_to or (seen.talk is not None and seen.talk.state == "referred")
    if is_elsewhere or "referral" in case.done:
        return None
    body = {
        "to": "mediator",
        "name": case.said("referral_name"),
        "until": (now + REFERRED_FOR).isoformat(),
        "reason": case.said("referral_reason"),
    }
    return Act(player=REFERRER, service="escalation", door="referral", body=body, settles=True)


def _overlooked_wishes(story: Story, seen: Seen) -> dict[str, Any]:
    """Return the money a careful reader sees asked for where the rules saw none and the story talks about it."""
    if story.bargain is None or story.demand not in MONEY_DEMANDS or seen.asks_for_money:
        return {}
    wish = {"kind": story.demand, **(story.demand_amount or {})}
    return {"demands": [wish]}


def _visited(case: Case, seen: Seen, now: datetime, findings: Mapping[str, Any]) -> Turn:
    if seen.stage != "answered":
        return None
    visitor = visitor_of(case.tale.reference)
    act = Act(player=visitor, door="return-visits", body=findings, settles=True)
    return _not_before(_answered_at(seen), VISIT_AFTER, now, act)


def _not_before(began: datetime | None, after: timedelta, now: datetime, act: Act) -> Turn:
    return act if began is None or now >= began + after else Later(began + after)


def _in_hand_since(seen: Seen) -> datetime | None:
    if seen.reopenings:
        reopened = seen.latest("final_answer")
        return None if reopened is None else reopened.start
    acknowledged = seen.latest("acknowledge")
    return None if acknowledged is None else acknowledged.ended_at


def _answered_at(seen: Seen) -> datetime | None:
    visiting = seen.latest("return_visit")
    return None if visiting is None else visiting.start


def _accepted(seen: Seen) -> str:
    return f"accepted {seen.reopenings}"


def _owner(case: Case, seen: Seen) -> Player:
    return owner_of(seen.owner, case.tale.reference)
