"""Reads escalation's policy data from `policies/*.toml`, once, when the service is composed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final, TypeVar, cast

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
from shared_kernel.roles import LADDER

T = TypeVar("T")

_OTHER_CLOCKS: Final = "other"


class PolicyFileError(ValueError):
    """A policy file that says too little or too much; names file and key."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key} {why}")
        self.file = file
        self.key = key


def load_escalation_policy() -> EscalationPolicy:
    """Return the routing table and the ladder as shipped. Raises PolicyFileError naming what is wrong."""
    return EscalationPolicy(routing_from(_read("routing.toml")), ladder_from(_read("ladder.toml")))


def load_group_policy() -> GroupPolicy:
    """Return the table of groups as shipped. Raises PolicyFileError naming what is wrong."""
    return groups_from(_read("groups.toml"))


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", _read("refusals.toml"))


def routing_from(table: Mapping[str, Any]) -> RoutingTable:
    """Return the decision table of `[[rules]]`: distinct ids, known conditions, the last rule without any."""
    section = _Section("routing.toml", "", table)
    rules = tuple(_rule(_Section("routing.toml", "rules", each)) for each in section.get("rules", list))
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise PolicyFileError("routing.toml", "rules", "must have distinct ids")
    if not rules or rules[-1].when:
        raise PolicyFileError("routing.toml", "rules", "must end in a rule that always fits")
    return RoutingTable(section.get("version", str), rules)


def ladder_from(table: Mapping[str, Any]) -> Ladder:
    """Return the ladder of `[climbs]`, `[clocks]`, `[longest_days]` and `[authority]`."""
    section = _Section("ladder.toml", "", table)
    climbs = {name: _climb(section.inner("climbs").inner(name)) for name in section.get("climbs", dict)}
    if _OTHER_CLOCKS not in climbs:
        raise PolicyFileError("ladder.toml", f"climbs.{_OTHER_CLOCKS}", "is missing")
    clocks, longest = section.inner("clocks"), section.inner("longest_days")
    return Ladder(
        version=section.get("version", str),
        climbs=climbs,
        otherwise=climbs[_OTHER_CLOCKS],
        account=timedelta(hours=clocks.count("account_hours")),
        sent_back=timedelta(hours=clocks.count("sent_back_hours")),
        call_back=timedelta(hours=clocks.count("call_back_hours")),
        call_back_level=clocks.level("call_back_level"),
        longest={move: timedelta(days=longest.count(move)) for move in MOVES},
        authority=_authority(section, ESCALATION_COMMANDS),
    )


def groups_from(table: Mapping[str, Any]) -> GroupPolicy:
    """Return the table of groups: `[[stages]]` rise in persons from one on."""
    section = _Section("groups.toml", "", table)
    stages = tuple(_stage(_Section("groups.toml", "stages", each)) for each in section.get("stages", list))
    if tuple(stage.name for stage in stages) != STAGES:
        raise PolicyFileError("groups.toml", "stages", f"must be {', '.join(STAGES)}")
    persons = [stage.persons for stage in stages]
    if persons[:1] != [1] or persons != sorted(set(persons)):
        raise PolicyFileError("groups.toml", "stages", "must rise in persons, from one on")
    return GroupPolicy(
        version=section.get("version", str),
        window=timedelta(hours=section.count("window_hours")),
        founding_persons=section.count("founding_persons"),
        stages=stages,
        authority=_authority(section, GROUP_COMMANDS),
    )


class _Section:
    """A TOML table that says where it stands when something in it is wrong."""

    def __init__(self, file: str, path: str, table: Mapping[str, Any]) -> None:
        self.file, self.path, self._table = file, path, table

    def get(self, key: str, kind: type[T]) -> T:
        value = self._table.get(key)
        # To Python a truth value is a number; to a policy it is not.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(key, f"must be a {kind.__name__}")
        return value

    def optional(self, key: str) -> str | None:
        return self.get(key, str) if key in self._table else None

    def count(self, key: str) -> int:
        value = self.get(key, int)
        if value < 1:
            raise self.error(key, "must be at least 1")
        return value

    def level(self, key: str) -> str:
        value = self.get(key, str)
        if value not in LADDER:
            raise self.error(key, f"must be one of {', '.join(LADDER)}")
        return value

    def inner(self, key: str) -> _Section:
        return _Section(self.file, self._at(key), self.get(key, dict))

    def error(self, key: str, why: str) -> PolicyFileError:
        return PolicyFileError(self.file, self._at(key), why)

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _rule(section: _Section) -> RoutingRule:
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
        skill=section.optional("skill"),
        clock=section.get("clock", str),
    )


def _climb(section: _Section) -> Climb:
    return Climb(section.count("steps"), section.level("highest"))


def _stage(section: _Section) -> Stage:
    return Stage(
        section.get("name", str), section.count("persons"), timedelta(hours=section.count("contact_hours"))
    )


def _authority(section: _Section, commands: tuple[str, ...]) -> Mapping[str, str]:
    table = section.inner("authority")
    return {command: table.level(command) for command in commands}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("services.escalation").joinpath("policies", name).read_text(encoding="utf-8"))
