"""Policy files as shipped, and what is said of one that cannot be used."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from hosting.policy_files import PolicyFileError
from services.blacklist.domain.policy import KINDS, STEPPED_SIGNALS
from services.blacklist.policy_files import (
    load_flag_policy,
    load_wording,
    score_from,
    terms_from,
    wording_from,
)


def shipped(name: str) -> dict[str, Any]:
    text = files("services.blacklist").joinpath("policies", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def test_every_kind_of_flag_has_its_terms_and_every_signal_its_points() -> None:
    policy = load_flag_policy()

    assert set(policy.terms.kinds) == set(KINDS)
    assert set(policy.score.steps) == set(STEPPED_SIGNALS)
    assert policy.version == f"{policy.score.version}+{policy.terms.version}"


def test_no_single_signal_reaches_the_threshold_as_shipped() -> None:
    policy = load_flag_policy().score
    highest = [max(step.points for step in steps) for steps in policy.steps.values()]

    assert max(highest) < policy.threshold
    assert policy.signals_min > 1


def test_review_comes_before_the_end_as_shipped() -> None:
    terms = load_flag_policy().terms

    assert terms.proposal_review < terms.proposed
    assert all(term.review < term.confirmed for term in terms.kinds.values())


def test_statutes_and_templates_have_codes_of_their_own() -> None:
    wording = load_wording()
    codes = [*(each.code for each in wording.statutes), *(each.code for each in wording.templates)]

    assert len(codes) == len(set(codes))
    assert all(template.sketch for template in wording.templates)


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that sets the value at a dotted path; digits count into a list."""

    def change(table: Any) -> None:
        *way, last = path.split(".")
        for name in way:
            table = table[int(name)] if name.isdigit() else table[name]
        if value is None:
            del table[last]
        else:
            table[last] = value

    return change


READERS: dict[str, Callable[[Any], Any]] = {
    "score.toml": score_from,
    "terms.toml": terms_from,
    "wording.toml": wording_from,
}
WRONG = [
    ("score.toml", "threshold", 0, "threshold must be at least 1"),
    ("score.toml", "threshold", True, "threshold must be a int"),
    ("score.toml", "demand.ratio", "three", "demand.ratio must be a float"),
    ("score.toml", "templated.alike_percent", 101, "templated.alike_percent must be at most 100"),
    ("score.toml", "steps.breadth", [], "steps.breadth must rise in count and points"),
    (
        "score.toml",
        "steps.breadth",
        [{"count": 2, "points": 5}, {"count": 1, "points": 9}],
        "steps.breadth must rise in count and points",
    ),
    ("score.toml", "steps.fixed_multiple", None, "steps.fixed_multiple must be a list"),
    ("terms.toml", "proposed.review_days", 30, "proposed.review_days must be before days"),
    ("terms.toml", "kinds.vip", None, "kinds.vip must be a dict"),
    (
        "wording.toml",
        "statutes.0.patterns",
        ["("],
        "statutes.patterns must be a regular expression",
    ),
    (
        "wording.toml",
        "multiples.0.pattern",
        "treble",
        "multiples.pattern must name the figure `n`, or say the multiple beside it",
    ),
]


@pytest.mark.parametrize(("file", "path", "value", "said"), WRONG)
def test_what_is_wrong_is_named_with_its_place(file: str, path: str, value: Any, said: str) -> None:
    table = copy.deepcopy(shipped(file))
    put(path, value)(table)

    with pytest.raises(PolicyFileError) as found:
        READERS[file](table)

    assert str(found.value) == f"{file}: {said}"
