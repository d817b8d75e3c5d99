"""Reads blacklist's policy data from `policies/*.toml`, once, when it is first asked for."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, cast

from services.blacklist.domain.policy import (
    KINDS,
    STEPPED_SIGNALS,
    FlagPolicy,
    KnownTemplate,
    MultipleDemand,
    ScorePolicy,
    Statute,
    Step,
    Term,
    Terms,
    Window,
    WordingTable,
)
from shared_kernel.sketches import sketch

T = TypeVar("T")


class PolicyFileError(ValueError):
    """A policy file that says too little or too much; names file and key."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key} {why}")
        self.file = file
        self.key = key


def load_flag_policy() -> FlagPolicy:
    """Return score and terms as shipped. Raises PolicyFileError naming what is wrong."""
    return FlagPolicy(score_from(_read("score.toml")), terms_from(_read("terms.toml")))


@cache
def load_wording() -> WordingTable:
    """Return what is looked for in the wording, as shipped. Raises PolicyFileError naming what is wrong."""
    return wording_from(_read("wording.toml"))


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", _read("refusals.toml"))


def score_from(table: Mapping[str, Any]) -> ScorePolicy:
    """Return the score's table: windows and steps rise in count and points."""
    section = _Section("score.toml", "", table)
    steps = section.inner("steps")
    windows = [_Section("score.toml", "frequency", each) for each in section.get("frequency", list)]
    return ScorePolicy(
        version=section.get("version", str),
        look_back=section.days("look_back_days"),
        threshold=section.count("threshold"),
        signals_min=section.count("signals_min"),
        complaints_min=section.count("complaints_min"),
        fresh_complaints=section.count("fresh_complaints"),
        bulk_purchases=section.inner("bulk").count("purchases"),
        bulk_percent=section.inner("bulk").count("complaints_percent"),
        alike_percent=section.inner("templated").percent("alike_percent"),
        demand_ratio=section.inner("demand").get("ratio", float),
        after_settlement=section.inner("settlement").days("days_after"),
        frequency=tuple(Window(each.days("days"), each.steps("steps")) for each in windows),
        steps={signal: steps.steps(signal) for signal in STEPPED_SIGNALS},
    )


def terms_from(table: Mapping[str, Any]) -> Terms:
    """Return how long everything lasts; a review is due before the end it belongs to."""
    section = _Section("terms.toml", "", table)
    proposed, appeal = section.inner("proposed"), section.inner("appeal")
    return Terms(
        version=section.get("version", str),
        proposed=proposed.days("days"),
        proposal_review=proposed.review(),
        appeal=appeal.days("days"),
        kinds={kind: _term(section.inner("kinds").inner(kind)) for kind in KINDS},
    )


def wording_from(table: Mapping[str, Any]) -> WordingTable:
    """Return the wording's table: patterns that compile, statutes and templates with distinct codes."""
    section = _Section("wording.toml", "", table)
    templates = section.inner("templates")
    texts = [_Section("wording.toml", "templates.texts", each) for each in templates.get("texts", list)]
    return WordingTable(
        version=section.get("version", str),
        statutes=tuple(
            _statute(_Section("wording.toml", "statutes", each)) for each in section.get("statutes", list)
        ),
        multiples=tuple(
            _multiple(_Section("wording.toml", "multiples", each)) for each in section.get("multiples", list)
        ),
        settles=tuple(section.inner("settles").patterns("patterns")),
        templates=tuple(
            KnownTemplate(each.get("code", str), sketch(each.get("text", str))) for each in texts
        ),
        template_percent=templates.percent("alike_percent"),
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

    def has(self, key: str) -> bool:
        return key in self._table

    def count(self, key: str) -> int:
        value = self.get(key, int)
        if value < 1:
            raise self.error(key, "must be at least 1")
        return value

    def percent(self, key: str) -> int:
        value = self.count(key)
        if value > 100:  # noqa: PLR2004 - a hundred in a hundred
            raise self.error(key, "must be at most 100")
        return value

    def days(self, key: str) -> timedelta:
        return timedelta(days=self.count(key))

    def review(self) -> timedelta:
        if self.count("review_days") >= self.count("days"):
            raise self.error("review_days", "must be before days")
        return self.days("review_days")

    def steps(self, key: str) -> tuple[Step, ...]:
        listed = [_Section(self.file, self._at(key), each) for each in self.get(key, list)]
        steps = tuple(Step(each.count("count"), each.percent("points")) for each in listed)
        if not steps or any(
            later.count <= step.count or later.points <= step.points
            for step, later in itertools.pairwise(steps)
        ):
            raise self.error(key, "must rise in count and points")
        return steps

    def pattern(self, key: str) -> re.Pattern[str]:
        return self._compiled(key, self.get(key, str))

    def patterns(self, key: str) -> Sequence[re.Pattern[str]]:
        return [self._compiled(key, each) for each in self.get(key, list)]

    def inner(self, key: str) -> _Section:
        return _Section(self.file, self._at(key), self.get(key, dict))

    def error(self, key: str, why: str) -> PolicyFileError:
        return PolicyFileError(self.file, self._at(key), why)

    def _compiled(self, key: str, text: str) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except (re.error, TypeError):
            raise self.error(key, "must be a regular expression") from None

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def _term(section: _Section) -> Term:
    return Term(confirmed=section.days("days"), review=section.review())


def _statute(section: _Section) -> Statute:
    return Statute(
        code=section.get("code", str),
        patterns=tuple(section.patterns("patterns")),
        multiple=section.count("multiple") if section.has("multiple") else None,
    )


def _multiple(section: _Section) -> MultipleDemand:
    pattern = section.pattern("pattern")
    if section.has("multiple"):
        return MultipleDemand(pattern, section.count("multiple"))
    if "n" not in pattern.groupindex:
        raise section.error("pattern", "must name the figure `n`, or say the multiple beside it")
    return MultipleDemand(pattern, None)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("services.blacklist").joinpath("policies", name).read_text(encoding="utf-8"))
