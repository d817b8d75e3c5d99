"""Which complaints share one cause: same product and site, a cause word in common, close in time.

Pure: candidates come from a read model, the group's stream alone decides who belongs to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from eventlog.ids import derived_id
from services.escalation.domain.escalation.events import FactNoted
from services.escalation.domain.escalation.facts import Attributes, Registered
from services.escalation.domain.group.commands import Founder
from services.escalation.domain.group.terms import Reasons
from services.escalation.domain.policy import GroupPolicy
from shared_kernel.sketches import alike_percent
from shared_kernel.words import name_key

# What may be named as shared; the first two must be.
_COMPARED: Final = ("product", "site", "region", "service", "merchant", "batch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What detection needs of one complaint. `group` is its live group with that group's causes, if any."""

    complaint: str
    person: str
    received_at: datetime
    cause_words: frozenset[str]
    attributes: Attributes
    group: str | None = None
    group_causes: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[str, str] | None:
        """Product and site, normalised: what candidates are looked up by. None when either is missing."""
        product, site = name_key(self.attributes.product), name_key(self.attributes.site)
        return (product, site) if product and site else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What to do: found `group` with these `founders` by time, or join it with the only one of them."""

    group: str
    is_new: bool
    causes: tuple[str, ...]
    founders: tuple[Founder, ...]


def facts_of(noted: FactNoted) -> Facts | None:
    """Return what detection needs of a complaint just noted, None for other facts or an erased person."""
    if not isinstance(noted.fact, Registered) or not isinstance(noted.attributes, Attributes):
        return None
    return Facts(
        complaint=noted.complaint,
        person=noted.person,
        received_at=noted.fact.received_at,
        cause_words=frozenset(noted.fact.cause_words),
        attributes=noted.attributes,
    )


def match(candidate: Facts, earlier: Iterable[Facts], policy: GroupPolicy) -> Match | None:
    """Return the group a new complaint joins or founds, None when it stands alone.

    Alike are complaints noted before the candidate and received within `policy.window` of it, of the same product
    and site, with a cause word in common. Either side: topics keep no order between complaints, so the first of
    three to be received may be the last to be heard of. A live group with that cause is joined; else a group is founded when the alike
    come from `policy.founding_persons` distinct persons, the candidate's included.
    """
    if candidate.place is None or candidate.group is not None:
        return None
    alike = sorted(
        (each for each in earlier if _is_alike(candidate, each, policy)),
        key=lambda each: (each.received_at, each.complaint),
    )
    return _joining(candidate, alike) or _founding(candidate, alike, policy)


def _is_alike(candidate: Facts, earlier: Facts, policy: GroupPolicy) -> bool:
    return (
        earlier.complaint != candidate.complaint
        and earlier.place == candidate.place
        and abs(candidate.received_at - earlier.received_at) <= policy.window
        and bool(candidate.cause_words & earlier.cause_words)
    )


def _joining(candidate: Facts, alike: Sequence[Facts]) -> Match | None:
    by_group: Mapping[str, list[Facts]] = defaultdict(list)
    for each in alike:
        if each.group is not None and candidate.cause_words & each.group_causes:
            by_group[each.group].append(each)
    if not by_group:
        return None
    group = max(sorted(by_group), key=lambda name: len({each.person for each in by_group[name]}))
    members = by_group[group]
    causes = tuple(sorted(candidate.cause_words & members[0].group_causes))
    return Match(group=group, is_new=False, causes=causes, founders=(_founder(candidate, members, causes),))


def _founding(candidate: Facts, alike: Sequence[Facts], policy: GroupPolicy) -> Match | None:
    free = [each for each in alike if each.group is None]
    by_cause = {
        cause: sorted(
            (each for each in (*free, candidate) if cause in each.cause_words),
            key=lambda each: (each.received_at, each.complaint),
        )
        for cause in sorted(candidate.cause_words)
    }
    cause = max(by_cause, key=lambda name: len({each.person for each in by_cause[name]}), default=None)
    if cause is None:
        return None
    founders = by_cause[cause]
    if len({each.person for each in founders}) < policy.founding_persons:
        return None
    causes = tuple(sorted(frozenset.intersection(*(each.cause_words for each in founders))))
    return Match(
        group=str(derived_id("group", founders[0].complaint)),
        is_new=True,
        causes=causes,
        founders=tuple(_founder(each, founders, causes) for each in founders),
    )


def _founder(facts: Facts, others: Sequence[Facts], causes: tuple[str, ...]) -> Founder:
    return Founder(complaint=facts.complaint, person=facts.person, reasons=_reasons(facts, others, causes))


def _reasons(facts: Facts, founders: Sequence[Facts], causes: tuple[str, ...]) -> Reasons:
    others = [each for each in founders if each.complaint != facts.complaint]
    rated = [
        (percent, other)
        for other in others
        if (percent := alike_percent(facts.attributes.features, other.attributes.features)) is not None
    ]
    percent, nearest = max(rated, key=lambda pair: pair[0], default=(None, others[0]))
    return Reasons(
        shared=_shared(facts.attributes, nearest.attributes),
        causes=causes,
        nearest=nearest.complaint,
        likeness_percent=percent,
    )


def _shared(one: Attributes, other: Attributes) -> tuple[str, ...]:
    return tuple(
        name
        for name in _COMPARED
        if (value := name_key(getattr(one, name))) and value == name_key(getattr(other, name))
    )
