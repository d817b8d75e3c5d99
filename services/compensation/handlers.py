"""One coroutine per command: who asks what of which negotiation. Deciding is the domain's business."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from typing_extensions import Unpack

from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.work import Result
from hosting.asked import Asked
from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation.values import (
    Alike,
    Cited,
    Demanded,
    Party,
    PaymentStands,
    ReferralKind,
    ReferralOutcome,
    SigningMeans,
)
from shared_kernel.money import Money


class Finding(TypedDict):
    """What a finding of liability holds."""

    party: Party
    our_percent: int
    evidence: tuple[Cited, ...]
    reason: str


class Terms(TypedDict):
    """What the customer's terms hold."""

    demands: tuple[Demanded, ...]
    sum: Money | None
    words: str | None


class Offer(TypedDict):
    """What an offer holds, and what is known of what was given before."""

    sum: Money
    remedies: tuple[str, ...]
    concessions: tuple[str, ...]
    terms: str | None
    reason: str | None
    valid_for: int | None
    override: bool
    given_today: Money
    given_elsewhere: tuple[Money, ...]
    alike: Alike | None


class ChangedDemand(TypedDict):
    """What the customer asks for now."""

    sum: Money
    words: str | None


class Signature(TypedDict):
    """What a customer's signature holds: the document, by which link, how, and the hash of the consent record."""

    document: str
    link: str
    means: SigningMeans
    consent: str


class NoSignature(TypedDict):
    """What a customer who does not sign says: which document, by which link, and why."""

    document: str
    link: str
    reason: str


class Refusal(TypedDict):
    """What a refusal holds."""

    refusal_class: str
    strategy: str
    basis: str
    appeal: str
    text: str


def stream_of(complaint: str) -> str:
    """Return the negotiation's stream of a complaint."""
    return f"negotiation-{complaint}"


async def _ask(log: EventLog, complaint: str, ask: Asked, command: Command) -> Result:
    return await log.execute(stream_of(complaint), command, command_id=ask.command_id)


async def open_round(log: EventLog, complaint: str, ask: Asked, *, reason: str) -> Result:
    """Begin a round by hand."""
    return await _ask(log, complaint, ask, commands.OpenRound(at=ask.at, by=ask.by, reason=reason))


async def waive_service(log: EventLog, complaint: str, ask: Asked, *, reason: str) -> Result:
    """Let money be talked about although the loss still runs."""
    return await _ask(log, complaint, ask, commands.WaiveService(at=ask.at, by=ask.by, reason=reason))


async def find_liability(log: EventLog, complaint: str, ask: Asked, **finding: Unpack[Finding]) -> Result:
    """Say who answers for the loss."""
    return await _ask(log, complaint, ask, commands.FindLiability(at=ask.at, by=ask.by, **finding))


async def record_terms(log: EventLog, complaint: str, ask: Asked, **terms: Unpack[Terms]) -> Result:
    """Record what the customer asks for."""
    return await _ask(log, complaint, ask, commands.RecordTerms(at=ask.at, by=ask.by, **terms))


async def decline_terms(log: EventLog, complaint: str, ask: Asked, *, words: str | None) -> Result:
    """Record that the customer names no terms."""
    return await _ask(log, complaint, ask, commands.DeclineTerms(at=ask.at, by=ask.by, words=words))


async def change_demand(log: EventLog, complaint: str, ask: Asked, **demand: Unpack[ChangedDemand]) -> Result:
    """Record that the customer asks for another sum."""
    return await _ask(log, complaint, ask, commands.ChangeDemand(at=ask.at, by=ask.by, **demand))


async def make_offer(log: EventLog, complaint: str, ask: Asked, **offer: Unpack[Offer]) -> Result:
    """Offer a sum and remedies."""
    return await _ask(log, complaint, ask, commands.MakeOffer(at=ask.at, by=ask.by, **offer))


async def grant_approval(log: EventLog, complaint: str, ask: Asked, *, offer: int, reason: str) -> Result:
    """Approve the waiting offer."""
    command = commands.GrantApproval(at=ask.at, by=ask.by, offer=offer, reason=reason)
    return await _ask(log, complaint, ask, command)


async def deny_approval(log: EventLog, complaint: str, ask: Asked, *, offer: int, reason: str) -> Result:
    """Say no to the waiting offer."""
    command = commands.DenyApproval(at=ask.at, by=ask.by, offer=offer, reason=reason)
    return await _ask(log, complaint, ask, command)


async def withdraw_offer(log: EventLog, complaint: str, ask: Asked, *, offer: int, reason: str) -> Result:
    """Take back an offer."""
    command = commands.WithdrawOffer(at=ask.at, by=ask.by, offer=offer, reason=reason)
    return await _ask(log, complaint, ask, command)


async def accept_offer(log: EventLog, complaint: str, ask: Asked, *, offer: int) -> Result:
    """Take the live offer."""
    return await _ask(log, complaint, ask, commands.AcceptOffer(at=ask.at, by=ask.by, offer=offer))


async def shelve(log: EventLog, complaint: str, ask: Asked, *, until: datetime, reason: str) -> Result:
    """Let the talk rest until a date."""
    return await _ask(log, complaint, ask, commands.Shelve(at=ask.at, by=ask.by, until=until, reason=reason))


async def resume(log: EventLog, complaint: str, ask: Asked, *, reason: str) -> Result:
    """End the rest before its date."""
    return await _ask(log, complaint, ask, commands.Resume(at=ask.at, by=ask.by, reason=reason))


async def refuse(log: EventLog, complaint: str, ask: Asked, **refusal: Unpack[Refusal]) -> Result:
    """Refuse the demand."""
    return await _ask(log, complaint, ask, commands.Refuse(at=ask.at, by=ask.by, **refusal))


async def refer(
    log: EventLog, complaint: str, ask: Asked, *, to: ReferralKind, until: datetime, reason: str
) -> Result:
    """Put the matter before a third party."""
    command = commands.Refer(at=ask.at, by=ask.by, to=to, until=until, reason=reason)
    return await _ask(log, complaint, ask, command)


async def return_referral(log: EventLog, complaint: str, ask: Asked, *, outcome: ReferralOutcome) -> Result:
    """Record how the third party ended it."""
    return await _ask(log, complaint, ask, commands.ReturnReferral(at=ask.at, by=ask.by, outcome=outcome))


async def withdraw(log: EventLog, complaint: str, ask: Asked, *, words: str | None) -> Result:
    """Record that the customer no longer asks for anything."""
    return await _ask(log, complaint, ask, commands.Withdraw(at=ask.at, by=ask.by, words=words))


async def issue_signing_link(
    log: EventLog, complaint: str, ask: Asked, *, document: str, token_hash: str, expires_at: datetime
) -> Result:
    """Record that a fresh one-time link goes out."""
    command = commands.IssueSigningLink(
        at=ask.at, by=ask.by, document=document, token_hash=token_hash, expires_at=expires_at
    )
    return await _ask(log, complaint, ask, command)


async def sign_as_customer(
    log: EventLog, complaint: str, ask: Asked, **signature: Unpack[Signature]
) -> Result:
    """Sign the document."""
    return await _ask(log, complaint, ask, commands.SignAsCustomer(at=ask.at, by=ask.by, **signature))


async def decline_signing(
    log: EventLog, complaint: str, ask: Asked, **declined: Unpack[NoSignature]
) -> Result:
    """Do not sign."""
    return await _ask(log, complaint, ask, commands.DeclineSigning(at=ask.at, by=ask.by, **declined))


async def let_lapse(log: EventLog, complaint: str, ask: Asked, *, reason: str) -> Result:
    """Wait no longer for a signature."""
    return await _ask(log, complaint, ask, commands.LetLapse(at=ask.at, by=ask.by, reason=reason))


async def record_payment(log: EventLog, complaint: str, ask: Asked, *, payment: str, paid: Money) -> Result:
    """Record that a payment went out."""
    command = commands.RecordPayment(at=ask.at, by=ask.by, payment=payment, sum=paid)
    return await _ask(log, complaint, ask, command)


async def reverse_payment(log: EventLog, complaint: str, ask: Asked, *, payment: str, why: str) -> Result:
    """Record that a payment came back."""
    command = commands.ReversePayment(at=ask.at, by=ask.by, payment=payment, why=why)
    return await _ask(log, complaint, ask, command)


async def instruct_again(
    log: EventLog, complaint: str, ask: Asked, *, payment: str, account: str, reason: str
) -> Result:
    """Instruct a payment that came back anew, to another account."""
    command = commands.InstructAgain(at=ask.at, by=ask.by, payment=payment, account=account, reason=reason)
    return await _ask(log, complaint, ask, command)


async def review_payment(
    log: EventLog, complaint: str, ask: Asked, *, payment: str, stands: PaymentStands, reason: str
) -> Result:
    """Say which of two things told of a payment holds."""
    command = commands.ReviewPayment(at=ask.at, by=ask.by, payment=payment, stands=stands, reason=reason)
    return await _ask(log, complaint, ask, command)
