"""Reads escalation's policy data from `policies/*.toml`, once, when the service is composed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from hosting.policy_files import PolicyFileError, Section, policy_table
from services.escalation.domain.policy import (
    CONDITIONS,
    ESCALATION_COMMANDS,
    GROUP_COMMANDS,
    MOVES,
    STAGES,
    Climb,
    EscalationPolicy,
    GroupPolicy,
    Ladder,
    RoutingRule,
    RoutingTable,
    Stage,
)

_OTHER_CLOCKS: Final = "other"
SERVICE: Final = "services.escalation"


def load_escalation_policy() -> EscalationPolicy:
    """Return the routing table and the ladder as shipped. Raises PolicyFileError naming what is wrong."""
    return EscalationPolicy(
        routing_from(policy_table(SERVICE, "routing.toml")), ladder_from(policy_table(SERVICE, "ladder.toml"))
    )


def load_group_policy() -> GroupPolicy:
    """Return the table of groups as shipped. Raises PolicyFileError naming what is wrong."""
    return groups_from(policy_table(SERVICE, "groups.toml"))


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", policy_table(SERVICE, "refusals.toml"))


def routing_from(table: Mapping[str, Any]) -> RoutingTable:
    """Return the decision table of `[[rules]]`: distinct ids, known conditions, the last rule without any."""
    section = Section("routing.toml", table)
    rules = tuple(_rule(each) for each in section.each("rules"))
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise PolicyFileError("routing.toml", "rules", "must have distinct ids")
    if not rules or rules[-1].when:
        raise PolicyFileError("routing.toml", "rules", "must end in a rule that always fits")
    return RoutingTable(section.get("version", str), rules)


def ladder_from(table: Mapping[str, Any]) -> Ladder:
    """Return the ladder of `[climbs]`, `[clocks]`, `[longest_days]` and `[authority]`."""
    section = Section("ladder.toml", table)
    climbs = {name: _climb(section.inner("climbs").inner(name)) for name in section.get("climbs", dict)}
    if _OTHER_CLOCKS not in climbs:
        raise PolicyFileError("ladder.toml", f"climbs.{_OTHER_CLOCKS}", "is missing")
    clocks, longest = section.inner("clocks"), section.inner("longest_days")
    return Ladder(
        version=section.get("version", str),
        climbs=climbs,
        otherwise=climbs[_OTHER_CLOCKS],
        account=clocks.hours("account_hours"),
        sent_back=clocks.hours("sent_back_hours"),
        call_back=clocks.hours("call_back_hours"),
        call_back_level=clocks.level("call_back_level"),
        longest={move: longest.days(move) for move in MOVES},
        authority=_authority(section, ESCALATION_COMMANDS),
    )


def groups_from(table: Mapping[str, Any]) -> GroupPolicy:
    """Return the table of groups: `[[stages]]` rise in persons from one on."""
    section = Section("groups.toml", table)
    stages = tuple(_stage(each) for each in section.each("stages"))
    if tuple(stage.name for stage in stages) != STAGES:
        raise PolicyFileError("groups.toml", "stages", f"must be {', '.join(STAGES)}")
    persons = [stage.persons for stage in stages]
    if persons[:1] != [1] or persons != sorted(set(persons)):
        raise PolicyFileError("groups.toml", "stages", "must rise in persons, from one on")
    return GroupPolicy(
        version=section.get("version", str),
        window=section.hours("window_hours"),
        founding_persons=section.count("founding_persons"),
        stages=stages,
        authority=_authority(section, GROUP_COMMANDS),
    )


def _rule(section: Section) -> RoutingRule:
    when = section.get("when", dict)
    if unknown := sorted(set(when) - set(CONDITIONS)):
        raise section.error(f"when.{unknown[0]}", "is not a fact the table may ask about")
    if not all(isinstance(values, list) and values for values in when.values()):
        raise section.error("when", "must give each fact a list of values")
    return RoutingRule(
        id=section.get("id", str),
        when={name: frozenset(values) for name, values in when.items()},
        desk=section.get("desk", str),
        level=section.level("level"),
        skill=section.get("skill", str) if section.has("skill") else None,
        clock=section.get("clock", str),
    )


def _climb(section: Section) -> Climb:
    return Climb(section.count("steps"), section.level("highest"))


def _stage(section: Section) -> Stage:
    return Stage(section.get("name", str), section.count("persons"), section.hours("contact_hours"))


def _authority(section: Section, commands: tuple[str, ...]) -> Mapping[str, str]:
    table = section.inner("authority")
    return {command: table.level(command) for command in commands}
