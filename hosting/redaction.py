"""What may be said in a log line: an allow-list of keys, plain words and numbers, failures without their values.

Whatever is not known to be safe is left out and counted. A new key is added here on purpose or not at all.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import datetime
from pathlib import PurePath
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final
from uuid import UUID

UNNAMED_EVENT: Final = "unnamed_event"
PLACES_SHOWN: Final = 12
CAUSES_SHOWN: Final = 3
MESSAGE_CHARACTERS_MAX: Final = 300
_ITEMS_MAX: Final = 20

# Names, codes and ids of ours. Never here: a person id together with anything else about the person, a
# contact's reference, a path or query as it was sent, a header's value, a body.
WORDS: Final = frozenset(
    {
        *("service", "component", "logger", "place", "reason", "setting", "host", "version", "release"),
        *("request_id", "route", "method", "rule", "outcome", "probe", "command", "command_id", "event_id"),
        *("correlation_id", "causation_id", "stream", "category", "event_type", "policy_version", "instance"),
        *("topic", "group", "cause", "projection", "reaction", "follower", "timer", "due", "leader", "state"),
        *("sqlstate", "signal", "migration", "checkpoint_name", "partitions", "failed", "actor"),
    }
)
NUMBERS: Final = frozenset(
    {
        *(
            "status",
            "seconds",
            "count",
            "size",
            "attempt",
            "port",
            "pid",
            "exit_status",
            "errno",
            "schema_version",
        ),
        *(
            "position",
            "last_position",
            "sequence",
            "last_sequence",
            "expected",
            "checkpoint",
            "lag",
            "age_seconds",
        ),
        *(
            "partition",
            "offset",
            "epoch",
            "share",
            "limit",
            "parked",
            "duplicates",
            "applied",
            "offset_seconds",
        ),
    }
)
STREAMS: Final = frozenset({"key"})
TRUTHS: Final = frozenset({"ok", "leads", "ready", "first", "retriable"})
ALLOWED: Final = WORDS | NUMBERS | STREAMS | TRUTHS

_EVENT = re.compile(r"[a-z][a-z0-9_.]{0,79}")
# No space, so no sentence; "@" only before an event's version, so no address.
_WORD = re.compile(r"[A-Za-z0-9_.,:;/+{}<>()%*-]{0,200}(@[0-9]{1,9})?")
# A record's key is a stream's name or, at an outside door, whatever the sender has for a reference.
_STREAM = re.compile(r"[a-z_]{1,40}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOOKS_LIKE_A_PHONE = re.compile(r"[+0-9().:/-]*(?:[0-9][+().:/-]*){7,}")

# Whose exceptions have messages built from names, limits and ids only. Of all others type and place are told.
_OWN_ROOMS: Final = ("eventlog.", "hosting.")


class Redaction:
    """structlog processor: keeps what is allowed, drops and counts the rest, tells exceptions by type and place."""

    def __init__(self, dropped: Callable[[str], None]) -> None:
        self._dropped = dropped

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
        """Return the line that may be written."""
        kept: dict[str, Any] = {
            "level": line.pop("level", "info"),
            "event": self._event(line.pop("event", None)),
        }
        exception = _exception_of(line.pop("exc_info", None))
        line.pop("stack_info", None)
        drops = 0
        for key, value in line.items():
            plain = _plain(key, value)
            if plain is None:
                drops += value is not None
                self._dropped("value" if key in ALLOWED else "key")
            else:
                kept[key] = plain
        if drops:
            kept["dropped"] = drops
        if exception is not None:
            kept["exception"] = self.failure(exception)
        return kept

    def failure(self, exception: BaseException, depth: int = CAUSES_SHOWN) -> dict[str, Any]:
        """Return type, places and codes of an exception and its causes; its message only if it is known safe."""
        facts: dict[str, Any] = {"type": _type_name(exception), "places": _places(exception.__traceback__)}
        facts |= _codes(exception)
        if type(exception).__module__.startswith(_OWN_ROOMS):
            facts["message"] = str(exception)[:MESSAGE_CHARACTERS_MAX]
        if depth > 0:
            inner = [self.failure(cause, depth - 1) for cause in _causes(exception)]
            facts |= {"causes": inner} if inner else {}
        return facts

    def _event(self, event: object) -> str:
        if isinstance(event, str) and _EVENT.fullmatch(event):
            return event
        self._dropped("event")
        return UNNAMED_EVENT


def _plain(key: str, value: object) -> object:
    """Return the value as it may be written, or None."""
    if key in WORDS:
        if isinstance(value, (list, tuple)):
            words = [_word(item) for item in value[:_ITEMS_MAX]]
            return words if None not in words else None
        return _word(value)
    if key in NUMBERS and isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if key in STREAMS:
        return value if isinstance(value, str) and _STREAM.fullmatch(value) else None
    if key in TRUTHS and isinstance(value, bool):
        return value
    return None


def _word(value: object) -> str | None:
    text = (
        value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
    )
    if not isinstance(text, str) or not _WORD.fullmatch(text) or _LOOKS_LIKE_A_PHONE.fullmatch(text):
        return None
    return text


def _exception_of(found: object) -> BaseException | None:
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        return found[1] if isinstance(found[1], BaseException) else None
    return sys.exception() if found else None


def _type_name(exception: BaseException) -> str:
    kind = type(exception)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _places(traceback: TracebackType | None) -> list[str]:
    frames = [
        f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(traceback)
    ]
    return frames[-PLACES_SHOWN:]


def _short(filename: str) -> str:
    return "/".join(PurePath(filename).parts[-3:]).lstrip("/")


def _codes(exception: BaseException) -> Mapping[str, Any]:
    """Return the codes that tell most where a message may not: a system error's number, PostgreSQL's state."""
    if isinstance(exception, OSError) and exception.errno is not None:
        return {"errno": exception.errno, "message": os.strerror(exception.errno)}
    sqlstate = _word(getattr(exception, "sqlstate", None))
    return {} if sqlstate is None else {"sqlstate": sqlstate}


def _causes(exception: BaseException) -> Iterator[BaseException]:
    if exception.__cause__ is not None:
        yield exception.__cause__
    elif exception.__context__ is not None and not exception.__suppress_context__:
        yield exception.__context__
    if isinstance(exception, BaseExceptionGroup):
        yield from exception.exceptions[:CAUSES_SHOWN]
