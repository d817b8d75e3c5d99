"""Reads blacklist's policy data from `policies/*.toml`, once, when it is first asked for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final, cast

from hosting.policy_files import Section, policy_table
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

SERVICE: Final = "services.blacklist"


def load_flag_policy() -> FlagPolicy:
    """Return score and terms as shipped. Raises PolicyFileError naming what is wrong."""
    return FlagPolicy(
        score_from(policy_table(SERVICE, "score.toml")), terms_from(policy_table(SERVICE, "terms.toml"))
    )


@cache
def load_wording() -> WordingTable:
    """Return what is looked for in the wording, as shipped. Raises PolicyFileError naming what is wrong."""
    return wording_from(policy_table(SERVICE, "wording.toml"))


def load_refusals() -> Mapping[str, Mapping[str, str]]:
    """Return, by rule name, the titles and remedies in both languages."""
    return cast("Mapping[str, Mapping[str, str]]", policy_table(SERVICE, "refusals.toml"))


def score_from(table: Mapping[str, Any]) -> ScorePolicy:
    """Return the score's table: windows and steps rise in count and points."""
    section = Section("score.toml", table)
    steps = section.inner("steps")
    windows = section.each("frequency")
    return ScorePolicy(
        version=section.get("version", str),
        look_back=section.days("look_back_days"),
        threshold=section.count("threshold"),
        signals_min=section.count("signals_min"),
        complaints_min=section.count("complaints_min"),
        fresh_complaints=section.count("fresh_complaints"),
        bulk_purchases=section.inner("bulk").count("purchases"),
        bulk_percent=section.inner("bulk").count("complaints_percent"),
        claimed_percent=section.inner("claims").percent("claimed_percent"),
        shared_persons_max=section.inner("shared").count("persons_max"),
        alike_percent=section.inner("templated").percent("alike_percent"),
        demand_ratio=section.inner("demand").get("ratio", float),
        after_settlement=section.inner("settlement").days("days_after"),
        frequency=tuple(Window(each.days("days"), _steps(each, "steps")) for each in windows),
        steps={signal: _steps(steps, signal) for signal in STEPPED_SIGNALS},
    )


def terms_from(table: Mapping[str, Any]) -> Terms:
    """Return how long everything lasts; a review is due before the end it belongs to."""
    section = Section("terms.toml", table)
    proposed, appeal = section.inner("proposed"), section.inner("appeal")
    return Terms(
        version=section.get("version", str),
        proposed=proposed.days("days"),
        proposal_review=_review(proposed),
        appeal=appeal.days("days"),
        kinds={kind: _term(section.inner("kinds").inner(kind)) for kind in KINDS},
    )


def wording_from(table: Mapping[str, Any]) -> WordingTable:
    """Return the wording's table: patterns that compile, statutes and templates with distinct codes."""
    section = Section("wording.toml", table)
    templates = section.inner("templates")
    texts = templates.each("texts")
    return WordingTable(
        version=section.get("version", str),
        statutes=tuple(_statute(each) for each in section.each("statutes")),
        multiples=tuple(_multiple(each) for each in section.each("multiples")),
        settles=tuple(section.inner("settles").patterns("patterns")),
        templates=tuple(
            KnownTemplate(each.get("code", str), sketch(each.get("text", str))) for each in texts
        ),
        template_percent=templates.percent("alike_percent"),
    )


def _steps(section: Section, key: str) -> tuple[Step, ...]:
    steps = tuple(Step(each.count("count"), each.percent("points")) for each in section.each(key))
    if not steps or any(
        later.count <= step.count or later.points <= step.points for step, later in itertools.pairwise(steps)
    ):
        raise section.error(key, "must rise in count and points")
    return steps


def _review(section: Section) -> timedelta:
    if section.count("review_days") >= section.count("days"):
        raise section.error("review_days", "must be before days")
    return section.days("review_days")


def _term(section: Section) -> Term:
    return Term(confirmed=section.days("days"), review=_review(section))


def _statute(section: Section) -> Statute:
    return Statute(
        code=section.get("code", str),
        patterns=tuple(section.patterns("patterns")),
        multiple=section.count("multiple") if section.has("multiple") else None,
    )


def _multiple(section: Section) -> MultipleDemand:
    pattern = section.pattern("pattern")
    if section.has("multiple"):
        return MultipleDemand(pattern, section.count("multiple"))
    if "n" not in pattern.groupindex:
        raise section.error("pattern", "must name the figure `n`, or say the multiple beside it")
    return MultipleDemand(pattern, None)
