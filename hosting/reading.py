"""What is read over HTTP: lists that have caught up with the reader's own command, and histories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import Query

from eventlog.message import By
from eventlog.projections import reached
from hosting.asked import UUID_PATTERN, event_shown
from hosting.identity import require_role
from hosting.problems import Problem
from hosting.running import Running
from shared_kernel.roles import LADDER, OPERATOR

READ_MODEL_SECONDS_MAX: Final = 5.0
POSITION_MAX: Final = 2**63 - 1  # of a bigint

After = Annotated[str | None, Query(pattern=UUID_PATTERN, description="the last id of the page before")]
DeskNamed = Annotated[
    str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="one desk's only")
]
MinPosition = Annotated[
    int,
    Query(
        ge=0,
        le=POSITION_MAX,
        description="the `position` a command was answered with: wait until the list has it",
    ),
]


async def require_position(engine: Running, name: str, position: int) -> None:
    """Wait until the read model has taken `position` in. Raises Problem 503 when it has not in 5 seconds."""
    if position and not await reached(
        engine.storage.followers, name, position, seconds_max=READ_MODEL_SECONDS_MAX
    ):
        raise Problem(
            503,
            "read_model_behind",
            "the list has not reached min_position yet",
            headers={"retry-after": "1"},
        )


async def history_shown(
    engine: Running, stream: str, by: By, *, unknown: Problem, texts_for: Iterable[str] = LADDER
) -> dict[str, Any]:
    """Return a stream event by event; what people wrote is shown to the roles `texts_for` only.

    Those and the operator may read it. Raises Problem 403, or `unknown` for a stream without an event.
    """
    roles = frozenset(texts_for)
    require_role(by, *roles, OPERATOR)
    events = await engine.log.history(stream)
    if not events:
        raise unknown
    with_texts = bool(roles & set(by.roles))
    return {"events": [event_shown(event, with_texts=with_texts) for event in events]}
