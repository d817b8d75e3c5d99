"""What happened to the flags of one person: heard, proposed, told, judged, ended, and said of each complaint."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict

from eventlog.message import Event, Personal
from services.blacklist.domain.flag.facts import AnyFact, Attributes

Kind: TypeAlias = Literal["professional", "coercive", "vip", "aftercare"]
LiveState: TypeAlias = Literal["proposed", "confirmed", "appealed"]


class Reason(BaseModel):
    """One line of the bill: a signal, what was counted, the points it gave, the complaints it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signal: str
    value: float
    points: int
    complaints: tuple[str, ...] = ()


class LiveFlag(BaseModel):
    """A flag as the desk sees it on a complaint; `since` is when it came into this state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    state: LiveState
    since: AwareDatetime
    expires_at: AwareDatetime
    review_due: AwareDatetime


class PersonEvent(Event):
    """An event about one person, the complainant of every complaint of the stream."""

    person: str


class FactNoted(PersonEvent):
    """A topic or an own reaction told us something of a complaint. Private: others have it first hand.

    `cause` is the id of what told it: the same cause is noted once.
    """

    TYPE = "flag.noted"

    complaint: str
    cause: str
    fact: AnyFact
    attributes: Personal[Attributes] | None = None


class FlagEvent(PersonEvent):
    """An event about one flag. `flag` numbers the flags of a person from 1."""

    flag: int
    kind: Kind


class Proposed(FlagEvent):
    """A flag is proposed: by software, with its bill, or by a person, with a reason. Nothing is decided."""

    TYPE = "flag.proposed"

    score: int | None = None
    reasons: tuple[Reason, ...] = ()
    guards: tuple[str, ...] = ()
    expires_at: AwareDatetime
    review_due: AwareDatetime
    policy: str
    reason: Personal[str] | None = None


class Warned(FlagEvent):
    """The person was told of the flag and of the right to appeal."""

    TYPE = "flag.warned"

    text: Personal[str]


class Confirmed(FlagEvent):
    """A reviewer with no part in it confirmed the flag: from now on it changes the route."""

    TYPE = "flag.confirmed"

    expires_at: AwareDatetime
    review_due: AwareDatetime
    reason: Personal[str]


class Reviewed(FlagEvent):
    """A reviewer looked at it again and lets it stand until then."""

    TYPE = "flag.reviewed"

    review_due: AwareDatetime
    reason: Personal[str]


class Appealed(FlagEvent):
    """The person contests the flag; somebody other than the confirmer decides by then, else it falls."""

    TYPE = "flag.appealed"

    decide_by: AwareDatetime
    words: Personal[str]


class AppealRejected(FlagEvent):
    """The flag stands."""

    TYPE = "flag.appeal_rejected"

    reason: Personal[str]


class Overturned(FlagEvent):
    """The appeal was right, or was not decided in time: the flag is gone."""

    TYPE = "flag.overturned"

    reason: Personal[str] | None = None


class Lifted(FlagEvent):
    """A reviewer took the flag, or the proposal, off."""

    TYPE = "flag.lifted"

    reason: Personal[str]


class Expired(FlagEvent):
    """The flag's time was up; of a proposal, nobody confirmed it in time."""

    TYPE = "flag.expired"


class Screened(PersonEvent):
    """What flags the person of this complaint has now; none means that the last one is gone."""

    TYPE = "flag.screened"

    complaint: str
    flags: tuple[LiveFlag, ...]


AnyFlagEvent: TypeAlias = (
    FactNoted
    | Proposed
    | Warned
    | Confirmed
    | Reviewed
    | Appealed
    | AppealRejected
    | Overturned
    | Lifted
    | Expired
    | Screened
)
