"""Calls that may raise anything: tried a few times within a second, then judged to be poison."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from eventlog.accepting import unexpected
from eventlog.decider import Refused
from eventlog.errors import Unavailable, UnreadableEvent
from eventlog.incoming import Poison
from eventlog.work import InboxMoved

TRIES_MAX = 5
TRY_SECONDS = 0.2


async def tried(call: Callable[[], Awaitable[None]]) -> Poison | None:
    """Return None when the call went well, else what is wrong with the record it was made for.

    Transient trouble is not the record's: Unavailable, UnreadableEvent and InboxMoved are raised.
    """
    for attempt in range(1, TRIES_MAX + 1):
        try:
            await call()
        except (Unavailable, UnreadableEvent, InboxMoved):
            raise
        except Poison as poison:
            return poison
        except Refused as refused:
            return Poison("refused", refused.rule)
        except Exception as failure:  # noqa: BLE001 - whatever a handler raises is kept as a dead letter
            found = unexpected(failure, attempts=attempt)
        else:
            return None
        if attempt < TRIES_MAX:
            await asyncio.sleep(TRY_SECONDS)
    return found
