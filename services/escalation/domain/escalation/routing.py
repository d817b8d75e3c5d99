"""Where a complaint should go: the decision table on what is known of it, lifted by missed clocks.

The proposal is a function of the facts alone, whatever order they came in, and is spoken only when it
differs from the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.escalation.domain.escalation.events import Routed
from services.escalation.domain.escalation.heading import Heading
from services.escalation.domain.escalation.state import Escalation, Missed, Route
from services.escalation.domain.policy import EscalationPolicy, Ladder
from shared_kernel.roles import LADDER

_UNCLASSIFIED = "unclassified"
_REPEATED_FROM = 2


def reroute(state: Escalation, heading: Heading, policy: EscalationPolicy) -> list[Routed]:
    """Return the proposal when it is news, nothing when it is not or cannot be made yet.

    Waits for registration and classification; a closed complaint is not routed.
    """
    if state.register is None or state.label is None or state.progress == "closed":
        return []
    rule = policy.routing.rule_for(routing_facts(state))
    level, climbed_by = lifted(rule.level, state.missed, policy.ladder)
    routed = Routed(
        **heading,
        desk=rule.desk,
        level=_higher(level, state.floor),
        handler=state.assigned,
        not_to=tuple(sorted(state.barred)),
        skill=rule.skill,
        language=state.label.language,
        clock=rule.clock,
        rule=rule.id,
        climbed_by=climbed_by,
        policy=policy.version,
    )
    return [routed] if _is_news(routed, state.route) else []


def routing_facts(state: Escalation) -> Mapping[str, frozenset[str]]:
    """Return what the table may ask about, each fact with its values (`policy.CONDITIONS`)."""
    label, register, membership = state.label, state.register, state.membership
    if label is None or register is None:
        return {}
    bypasses = state.standing_bypasses
    return {
        "timing": frozenset({label.timing}),
        "severity": frozenset({label.severity}),
        "grade": frozenset({label.grade}),
        "language": frozenset({label.language or _UNCLASSIFIED}),
        "tier": _known(register.tier),
        "needs_review": _said(label.needs_review),
        "threat": label.threats,
        "bypass": _bypass_stages(state),
        "bypass_target": frozenset(each.target for each in bypasses),
        "group_stage": _known(membership.stage if membership else None),
        "group_role": _known(membership.role if membership else None),
        "reopened": _said(state.reopenings > 0),
        # What is proposed or under appeal is not decided, so it decides nothing.
        "flag": frozenset(flag.kind for flag in state.flags if flag.state == "confirmed"),
    }


def lifted(level: str, missed: Iterable[Missed], ladder: Ladder) -> tuple[str, tuple[str, ...]]:
    """Return the level after the missed clocks climbed, and those that lifted it.

    The clocks climb in the order of their names, so that the order they were missed in does not matter; one that names
    who is to act climbs as far as that at least.
    """
    rung, climbed_by = LADDER.index(level), []
    for each in sorted(missed, key=lambda each: (each.clock, each.run)):
        above = rung if each.level is None else LADDER.index(each.level)
        if each.level is None or each.clock in ladder.climbs:
            climb = ladder.climb_for(each.clock)
            above = max(above, min(rung + climb.steps, LADDER.index(climb.highest)))
        if above > rung:
            rung = above
            climbed_by.append(each.clock)
    return LADDER[rung], tuple(climbed_by)


def _higher(level: str, floor: str | None) -> str:
    return level if floor is None else max(level, floor, key=LADDER.index)


def _is_news(routed: Routed, last: Route | None) -> bool:
    if last is None:
        return True
    # A handler who has taken over is no longer assigned: that is no new proposal.
    if routed.handler is not None and routed.handler != last.handler:
        return True
    return (routed.desk, routed.level, routed.not_to, routed.skill, routed.language) != (
        last.desk,
        last.level,
        last.not_to,
        last.skill,
        last.language,
    )


def _bypass_stages(state: Escalation) -> frozenset[str]:
    done = len(state.standing_bypasses)
    stages = {"threatened"} if state.label is not None and state.label.bypass == "threatened" else set()
    if done:
        stages.add("done")
    if done >= _REPEATED_FROM:
        stages.add("repeated")
    return frozenset(stages or {"none"})


def _known(value: str | None) -> frozenset[str]:
    return frozenset() if value is None else frozenset({value})


def _said(statement: bool) -> frozenset[str]:
    return frozenset({"yes" if statement else "no"})
