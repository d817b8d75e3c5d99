"""What compensation tells of its offers: approved or not, made, taken back, run out, accepted.

Published with `contracts/negotiation.py`, on the same topic.
"""

from __future__ import annotations

from pydantic import AwareDatetime

from contracts.complaint_parts import Code
from contracts.negotiation_parts import Limits, NegotiationMessage, Number, Sum


class ApprovalRequested(NegotiationMessage):
    """An offer is above the proposer's limits and waits for somebody else of that level or above.

    By `due` it is approved or denied. Sealed: terms, reason.
    """

    TYPE = "amends.negotiation.approval_requested.v1"

    offer: Number
    sum: Sum
    remedies: tuple[Code, ...] = ()
    proposer: str
    level_needed: Code
    limits: Limits
    due: AwareDatetime | None = None


class ApprovalGranted(NegotiationMessage):
    """Somebody other than the proposer approved; the offer is live from now on. Sealed: reason."""

    TYPE = "amends.negotiation.approval_granted.v1"

    offer: Number


class ApprovalDenied(NegotiationMessage):
    """The offer was not approved. Sealed: reason."""

    TYPE = "amends.negotiation.approval_denied.v1"

    offer: Number


class OfferMade(NegotiationMessage):
    """An offer is live until `expires_at` and takes the place of the one before.

    `remedies` are what it gives beside money; `concessions` what it takes or asks of the customer in return;
    `overridden_by` names the supervisor who let a one-sided concession pass. Sealed: terms, reason
    (of an approved offer they stand in `approval_requested`).
    """

    TYPE = "amends.negotiation.offer_made.v1"

    offer: Number
    sum: Sum
    remedies: tuple[Code, ...] = ()
    concessions: tuple[Code, ...] = ()
    expires_at: AwareDatetime
    proposer: str
    approver: str | None = None
    overridden_by: str | None = None
    limits: Limits


class OfferWithdrawn(NegotiationMessage):
    """The company took back the live offer, or one that waited for approval. Sealed: reason."""

    TYPE = "amends.negotiation.offer_withdrawn.v1"

    offer: Number


class OfferExpired(NegotiationMessage):
    """Nobody took the offer in time."""

    TYPE = "amends.negotiation.offer_expired.v1"

    offer: Number


class OfferAccepted(NegotiationMessage):
    """The customer took the live offer: agreed, not yet signed. By `due` a link to sign by is out."""

    TYPE = "amends.negotiation.offer_accepted.v1"

    offer: Number
    sum: Sum
    due: AwareDatetime | None = None
