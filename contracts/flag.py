"""What blacklist tells the world about the flags of one person: a watch list with due process, never a locked door.

On `amends.flag.v1`, one stream per person, holding all flags of that person. Reasons are bills of codes and
numbers: what was counted, how much it weighs, which complaints it rests on. What people wrote is sealed. When an
event happened is the CloudEvents `time`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from contracts.complaint_parts import Code, Part
from contracts.message import Message, Uuid

TOPIC: Final = "amends.flag.v1"

# Every flag is one of these states while it lives; lifted, expired and overturned flags are gone.
FlagState: TypeAlias = Literal["proposed", "confirmed", "appealed"]


class Reason(Part):
    """One line of the bill: a signal, what was counted (`value`), the points it gave, the complaints it rests on."""

    signal: Code
    value: float
    points: Annotated[int, Field(ge=0, le=100)]
    complaints: tuple[Uuid, ...] = ()


class LiveFlag(Part):
    """A flag as the desk sees it on a complaint; `review_due` is when a reviewer looks at it again."""

    kind: Code
    state: FlagState
    since: AwareDatetime
    expires_at: AwareDatetime
    review_due: AwareDatetime


class FlagMessage(Message):
    """A public event about one flag of one person. `flag` numbers the flags of a person from 1."""

    person: Uuid
    flag: Annotated[int, Field(ge=1)]
    kind: Code


class Proposed(FlagMessage):
    """A flag is proposed, by software with its bill or by a person. Nothing is decided. Sealed: reason."""

    TYPE = "amends.flag.proposed.v1"

    score: Annotated[int, Field(ge=0, le=100)] | None = None
    reasons: tuple[Reason, ...] = ()
    guards: tuple[Code, ...] = ()
    expires_at: AwareDatetime
    review_due: AwareDatetime
    policy: str


class Warned(FlagMessage):
    """The person was told of the flag and of the right to appeal. Sealed: text."""

    TYPE = "amends.flag.warned.v1"


class Confirmed(FlagMessage):
    """A reviewer who neither proposed it nor owned a complaint of the person confirmed it. Sealed: reason."""

    TYPE = "amends.flag.confirmed.v1"

    expires_at: AwareDatetime
    review_due: AwareDatetime


class Reviewed(FlagMessage):
    """A reviewer looked at it again and lets it stand until then. Sealed: reason."""

    TYPE = "amends.flag.reviewed.v1"

    review_due: AwareDatetime


class Appealed(FlagMessage):
    """The person appealed; somebody else decides by then. Sealed: words."""

    TYPE = "amends.flag.appealed.v1"

    decide_by: AwareDatetime


class AppealRejected(FlagMessage):
    """The flag stands. Sealed: reason."""

    TYPE = "amends.flag.appeal_rejected.v1"


class Overturned(FlagMessage):
    """The appeal was right: the flag is gone. Sealed: reason."""

    TYPE = "amends.flag.overturned.v1"


class Lifted(FlagMessage):
    """A reviewer took the flag or the proposal off. Sealed: reason."""

    TYPE = "amends.flag.lifted.v1"


class Expired(FlagMessage):
    """The flag's time was up."""

    TYPE = "amends.flag.expired.v1"


class Screened(Message):
    """What flags the person of this complaint has now; none means that the last one is gone.

    Said for each complaint of a flagged person when it is registered, and for every open one when a flag
    changes. It changes the route, never the door.
    """

    TYPE = "amends.flag.screened.v1"

    complaint: Uuid
    person: Uuid
    flags: tuple[LiveFlag, ...]


MESSAGES: Final[tuple[type[Message], ...]] = (
    Proposed,
    Warned,
    Confirmed,
    Reviewed,
    Appealed,
    AppealRejected,
    Overturned,
    Lifted,
    Expired,
    Screened,
)
