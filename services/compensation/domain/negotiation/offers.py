"""What happens to the company's offers: approved or not, made, taken back, run out, accepted."""

from __future__ import annotations

from pydantic import AwareDatetime

from eventlog.message import Personal
from services.compensation.domain.negotiation.rounds import RoundEvent
from services.compensation.domain.negotiation.values import Limits
from shared_kernel.money import Money


class ApprovalRequested(RoundEvent):
    """An offer is above the proposer's limits and waits for somebody else of `level_needed` or above.

    It has all that the offer will have, and how long it will live once approved. `terms` are said here only.
    By `due` it is approved or denied; None: said before there was such a clock.
    """

    TYPE = "negotiation.approval_requested"

    offer: int
    sum: Money
    remedies: tuple[str, ...] = ()
    concessions: tuple[str, ...] = ()
    valid_hours: int
    proposer: str
    overridden_by: str | None = None
    level_needed: str
    limits: Limits
    due: AwareDatetime | None = None
    terms: Personal[str] | None = None
    reason: Personal[str] | None = None


class ApprovalGranted(RoundEvent):
    """Somebody other than the proposer approved; `offer_made` follows in the same decision."""

    TYPE = "negotiation.approval_granted"

    offer: int
    reason: Personal[str]


class ApprovalDenied(RoundEvent):
    """Somebody other than the proposer said no to the offer."""

    TYPE = "negotiation.approval_denied"

    offer: int
    reason: Personal[str]


class OfferMade(RoundEvent):
    """An offer is live until `expires_at` and takes the place of the one before.

    An approved one has an `approver`; its terms and reason stand in `approval_requested` of the same number.
    """

    TYPE = "negotiation.offer_made"

    offer: int
    sum: Money
    remedies: tuple[str, ...] = ()
    concessions: tuple[str, ...] = ()
    expires_at: AwareDatetime
    proposer: str
    approver: str | None = None
    overridden_by: str | None = None
    limits: Limits
    terms: Personal[str] | None = None
    reason: Personal[str] | None = None


class OfferWithdrawn(RoundEvent):
    """The company took back the live offer, or one that waited for approval."""

    TYPE = "negotiation.offer_withdrawn"

    offer: int
    reason: Personal[str]


class OfferExpired(RoundEvent):
    """Nobody took the offer in time."""

    TYPE = "negotiation.offer_expired"

    offer: int


class OfferAccepted(RoundEvent):
    """The customer took the live offer: agreed, not yet signed.

    By `due` the link to sign by is out; None: said before there was such a clock.
    """

    TYPE = "negotiation.offer_accepted"

    offer: int
    sum: Money
    due: AwareDatetime | None = None
