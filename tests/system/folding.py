"""The services' own deciders, to fold what a log holds apart from the process that wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from eventlog.aggregate import Aggregate, Catalogue
from eventlog.recorded import Row
from services.blacklist import outgoing as blacklist_outgoing
from services.blacklist.domain.flag.decide import flag_decider
from services.blacklist.policy_files import load_flag_policy
from services.blacklist.projections import flag_list
from services.blacklist.upcasters import UPCASTERS as BLACKLIST_UPCASTERS
from services.compensation import outgoing as compensation_outgoing
from services.compensation.domain.negotiation.decide import negotiation_decider
from services.compensation.policy_files import load_negotiation_policy
from services.compensation.projections import given_sums, negotiation_list
from services.compensation.upcasters import UPCASTERS as COMPENSATION_UPCASTERS
from services.escalation import outgoing as escalation_outgoing
from services.escalation.domain.escalation.decide import escalation_decider
from services.escalation.domain.group.decide import group_decider
from services.escalation.policy_files import load_escalation_policy, load_group_policy
from services.escalation.projections import escalation_list, group_list
from services.escalation.upcasters import UPCASTERS as ESCALATION_UPCASTERS
from services.intake import outgoing as intake_outgoing
from services.intake.domain.complaint.decide import complaint_decider
from services.intake.policy_files import load_complaint_policy
from services.intake.projections import complaint_list
from services.intake.upcasters import UPCASTERS as INTAKE_UPCASTERS

NEGOTIATION_COLUMNS: Final = (
    "complaint, person, state, round, owner, desk, group_id, cause_words, demand_amount, demand_currency,"
    " given_by, given_amount, given_currency, given_at, settled_amount, settled_currency, settled_at"
)
RowsOf = Callable[[str, Any], Sequence[Sequence[Any]]]

COMPLAINT_COLUMNS: Final = (
    "complaint, person, stage, outcome, owner, desk, level, offered_to, grade, timing, received_at,"
    " next_clock, next_due"
)


def _one(row_of: Callable[[str, Any], Sequence[Any]]) -> RowsOf:
    return lambda stream, state: [row_of(stream, state)]


def _given(_stream: str, state: Any) -> Sequence[Sequence[Any]]:
    return [
        (f"{state.case.complaint} {each.round}", each.proposer, each.sum.amount, each.sum.currency, each.at)
        for each in given_sums.standing(state)
    ]


# Each read model: whose it is, the streams it shows, how a state becomes rows, and its columns in that order.
# The first column is a row's key.
READ_MODELS: Final[dict[str, tuple[str, str, RowsOf, str]]] = {
    "complaint_list": (
        "intake",
        "complaint",
        _one(complaint_list.row_of),
        COMPLAINT_COLUMNS,
    ),
    "escalation_list": (
        "escalation",
        "escalation",
        _one(escalation_list.row_of),
        "complaint, person, progress, desk, level, grade, timing, owner, group_id, bypasses, bypasses_with_record",
    ),
    "group_list": (
        "escalation",
        "group",
        _one(group_list.row_of),
        "group_id, initiator, stage, causes, members, persons",
    ),
    "negotiation_list": (
        "compensation",
        "negotiation",
        _one(negotiation_list.row_of),
        NEGOTIATION_COLUMNS,
    ),
    "given_sums": (
        "compensation",
        "negotiation",
        _given,
        "complaint::text || ' ' || round, proposer, amount, currency, given_at",
    ),
    "flag_list": (
        "blacklist",
        "flag",
        _one(flag_list.row_of),
        "person, standing, states, kinds, complaints, open, score, review_due, expires_at",
    ),
}


@cache
def catalogue() -> Catalogue:
    """Return all aggregates of all services."""
    policy = load_complaint_policy()
    complaint: Aggregate[Any, Any, Any] = Aggregate(
        complaint_decider(policy), intake_outgoing.outgoing, INTAKE_UPCASTERS
    )
    escalation: Aggregate[Any, Any, Any] = Aggregate(
        escalation_decider(load_escalation_policy()), escalation_outgoing.outgoing, ESCALATION_UPCASTERS
    )
    group: Aggregate[Any, Any, Any] = Aggregate(
        group_decider(load_group_policy()), escalation_outgoing.outgoing, ESCALATION_UPCASTERS
    )
    negotiation: Aggregate[Any, Any, Any] = Aggregate(
        negotiation_decider(load_negotiation_policy()), compensation_outgoing.outgoing, COMPENSATION_UPCASTERS
    )
    flag: Aggregate[Any, Any, Any] = Aggregate(
        flag_decider(load_flag_policy()), blacklist_outgoing.outgoing, BLACKLIST_UPCASTERS
    )
    return Catalogue(complaint, escalation, group, negotiation, flag)


def event_of(row: Row) -> Any:
    """Return a row's event with its personal fields closed."""
    return catalogue().of(row.stream).codec.closed(row)


def by_stream(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each stream in the order of their versions."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.stream, []).append(row)
    return {stream: sorted(each, key=lambda row: row.version) for stream, each in found.items()}


def states(rows: Iterable[Row]) -> dict[str, Any]:
    """Return the folded state of every stream."""
    return {
        stream: catalogue().of(stream).decider.fold(map(event_of, each))
        for stream, each in by_stream(rows).items()
    }


def rows_of_model(name: str, folded: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return the rows a read model must have when the streams have these states, by their key."""
    _, category, rows_of, _ = READ_MODELS[name]
    found = [
        row
        for stream, state in folded.items()
        if stream.startswith(f"{category}-")
        for row in rows_of(stream, state)
    ]
    return {str(row[0]): tuple(row) for row in found}
