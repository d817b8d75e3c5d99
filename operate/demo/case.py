"""One complaint in play, and what a turn of its players can be. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from zlib import crc32

from operate.demo.cast import Player
from operate.demo.seen import Seen
from operate.demo.tales import Tale

ServiceName: TypeAlias = Literal["intake", "escalation", "compensation"]
LINES: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    Path(__file__).with_name("lines.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request to a public door of a complaint.

    `mark` is what is remembered of it. After one that `settles`, the services are given time to answer one
    another before anybody looks again. `upload` goes as it is, in place of a body. Where the door must say no,
    `expects` is the rule by which.
    """

    player: Player
    door: str
    body: Mapping[str, Any] | None = None
    service: ServiceName = "intake"
    mark: str = ""
    settles: bool = False
    upload: bytes | None = None
    expects: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """The customer opens the letter and signs, or declines to; `again` tries the spent link once more after it."""

    mark: str
    means: Literal["typed", "drawn"]
    declines: bool = False
    tries_link_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Whoever pays reports that the payment order was carried out, and where it `comes_back`, that too.

    `expects` names the rule by which another sum than the agreed one must be refused.
    """

    mark: str
    payment: str
    comes_back: bool = False
    expects: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing before that time."""

    at: datetime


@dataclass(slots=True)
class Case:
    """One complaint in play and what its players have done so far.

    `account_of` is the handler whose account of a bypass is awaited, "" when anybody's is; `earlier_bypass`
    is when the customer had gone over the front line's head before, known to the front line only; `when`
    tells when each thing was done.
    """

    tale: Tale
    complaint: str
    done: set[str] = field(default_factory=set)
    account_of: str | None = None
    earlier_bypass: datetime | None = None
    when: dict[str, datetime] = field(default_factory=dict)

    def note(self, mark: str, at: datetime) -> None:
        """Remember that something was done."""
        self.done.add(mark)
        self.when.setdefault(mark, at)

    def said(self, line: str) -> str:
        """Return what a player says, in the customer's language if we speak it."""
        return LINES["zh" if self.tale.story.language == "zh" else "en"][line]

    def is_one_in(self, count: int) -> bool:
        """Tell whether this complaint is one of so many: the same ones in every run."""
        return crc32(f"chance {self.tale.reference}".encode()) % count == 0


Turn: TypeAlias = Act | Sign | Pay | Later | None
Move: TypeAlias = Callable[[Case, Seen, datetime], Turn]
