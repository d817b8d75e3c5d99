"""The services' own deciders, to fold what a log holds apart from the process that wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from eventlog.aggregate import Aggregate, Catalogue
from eventlog.recorded import Row
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

RowOf = Callable[[str, Any], Sequence[Any]]

COMPLAINT_COLUMNS: Final = (
    "complaint, person, stage, outcome, owner, desk, level, offered_to, grade, timing, received_at,"
    " next_clock, next_due"
)
# Each read model: whose it is, the streams it shows, how a state becomes a row, and its columns in that order.
READ_MODELS: Final[dict[str, tuple[str, str, RowOf, str]]] = {
    "complaint_list": (
        "intake",
        "complaint",
        complaint_list.row_of,
        COMPLAINT_COLUMNS,
    ),
    "escalation_list": (
        "escalation",
        "escalation",
        escalation_list.row_of,
        "complaint, person, progress, desk, level, grade, timing, owner, group_id, bypasses, bypasses_with_record",
    ),
    "group_list": (
        "escalation",
        "group",
        group_list.row_of,
        "group_id, initiator, stage, causes, members, persons",
    ),
}


@cache
def catalogue() -> Catalogue:
    """Return all aggregates of both services."""
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
    return Catalogue(complaint, escalation, group)


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
    _, category, row_of, _ = READ_MODELS[name]
    found = {
        stream: row_of(stream, state) for stream, state in folded.items() if stream.startswith(f"{category}-")
    }
    return {str(row[0]): tuple(row) for row in found.values()}
