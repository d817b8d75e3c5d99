"""From the agreement to the settlement: one document, the customer signs it first, then the company."""

from __future__ import annotations

from datetime import datetime

from eventlog.decider import Refused
from services.compensation.domain.negotiation import authority
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.commands import (
    DeclineSigning,
    IssueSigningLink,
    LetLapse,
    RecordDocument,
    SignAsCompany,
    SignAsCustomer,
)
from services.compensation.domain.negotiation.paying import instructed
from services.compensation.domain.negotiation.records import Case, Link
from services.compensation.domain.negotiation.stages import about_round, require_round, require_text
from services.compensation.domain.negotiation.state import Agreed, Binding, NotHeard, Signing, State
from services.compensation.domain.negotiation.values import Custodian
from services.compensation.domain.policy import NegotiationPolicy

# Every signatory gets a copy, and one original stays with somebody (`domain.md` 4).
SIGNATORIES = frozenset({"customer", "company"})
ORIGINAL = "original"


def record_document(state: State, command: RecordDocument) -> list[said.DocumentRendered]:
    """Record the rendering of the agreement; there is one document for each agreement."""
    authority.require_system(command.by)
    found = require_round(state)
    if isinstance(found, Binding) and found.settlement.document == command.document:
        return []
    if isinstance(found, Agreed):
        return [
            said.DocumentRendered(
                **about_round(found, command),
                document=command.document,
                language=command.language,
                pages=command.pages,
            )
        ]
    require_signing(found, command.document)
    return []


def issue_link(
    policy: NegotiationPolicy, state: State, command: IssueSigningLink
) -> list[said.SigningLinkIssued]:
    """Record that a one-time link went to the customer; it takes the place of the one before."""
    authority.require_mover_or_system(require_round(state).case, command.by)
    found = require_signing(state, command.document)
    if any(link.token_hash == command.token_hash for link in found.links):
        return []
    if found.customer is not None:
        raise Refused("link_spent", "the customer has signed")
    if not command.at < command.expires_at <= command.at + policy.terms.link:
        raise Refused("link_lifetime_out_of_range", f"at most {policy.terms.link}")
    return [
        said.SigningLinkIssued(
            **about_round(found, command),
            number=len(found.links) + 1,
            document=command.document,
            token_hash=command.token_hash,
            expires_at=command.expires_at,
        )
    ]


def signing_by(state: State, token_hash: str, at: datetime) -> Signing:
    """Return what a link's token may still be exchanged for; looking at it spends nothing.

    A token that never went out is `link_unknown`, whatever the state: whoever guesses learns nothing. Of one that
    did its holder is told whether it is spent (signed, declined, or not to be signed any more), replaced or expired.
    """
    if isinstance(state, NotHeard) or token_hash not in state.case.token_hashes:
        raise Refused("link_unknown")
    if not isinstance(state, Signing) or state.customer is not None:
        raise Refused("link_spent", "nothing more is signed by it")
    require_live_link(state, token_hash, at)
    return state


def require_latest_link(case: Case, token_hash: str) -> None:
    """Refuse a link that another one has taken the place of, or that never went out."""
    if token_hash not in case.token_hashes:
        raise Refused("link_unknown")
    if token_hash != case.token_hashes[-1]:
        raise Refused("link_replaced", "another one took its place")


def require_live_link(state: Signing, token_hash: str, at: datetime) -> None:
    """Refuse a link by which this agreement cannot be signed now: unknown, replaced or expired."""
    require_latest_link(state.case, token_hash)
    if not state.links or state.links[-1].token_hash != token_hash:
        # The document it was for is not to be signed any more, and that of now has no link yet.
        raise Refused("link_spent", "nothing more is signed by it")
    _require_unexpired(state.links[-1], at)


def sign_as_customer(state: State, command: SignAsCustomer) -> list[said.CustomerSigned]:
    """Sign the document that was rendered, by a link that is still good; signing spends it, viewing does not."""
    found = require_round(state)
    authority.require_customer(found.case, command.by)
    if isinstance(found, Binding) and found.settlement.document == command.document:
        return []
    signing = require_signing(found, command.document)
    if signing.customer is not None:
        if signing.customer.consent == command.consent:
            return []
        raise Refused("link_spent", "the customer has signed")
    require_live_link(signing, command.link, command.at)
    return [
        said.CustomerSigned(
            **about_round(found, command),
            document=command.document,
            means=command.means,
            consent=command.consent,
        )
    ]


def decline_signing(state: State, command: DeclineSigning) -> list[said.SigningDeclined]:
    """Do not sign, by a link that is still good: the talk goes on, and the link is spent."""
    authority.require_customer(require_round(state).case, command.by)
    found = require_signing(state, command.document)
    if found.customer is not None:
        raise Refused("link_spent", "the customer has signed")
    require_live_link(found, command.link, command.at)
    reason = require_text(command.reason)
    return [said.SigningDeclined(**about_round(found, command), document=command.document, reason=reason)]


def let_lapse(state: State, command: LetLapse) -> list[said.AgreementLapsed]:
    """Wait no longer for who never signed: the talk goes on. As long as the last link is good, the customer's yes holds."""
    authority.require_mover(require_round(state).case, command.by)
    found = require_signing(state)
    if found.customer is not None:
        raise Refused("already_signed", "the customer has signed the agreement")
    if not found.links:
        raise Refused("agreement_still_open", "no link to sign by went out yet")
    if command.at < found.links[-1].expires_at:
        raise Refused("agreement_still_open", f"until {found.links[-1].expires_at.isoformat()}")
    reason = require_text(command.reason)
    return [
        said.AgreementLapsed(**about_round(found, command), document=found.rendering.document, reason=reason)
    ]


def sign_as_company(
    policy: NegotiationPolicy, state: State, command: SignAsCompany
) -> list[said.CompanySigned | said.Settled | said.PaymentInstructed]:
    """Sign after the customer; that settles it and, where there is money, instructs its payment."""
    authority.require_system(command.by)
    found = require_round(state)
    if isinstance(found, Binding):
        if (found.settlement.document, found.settlement.signed) == (command.document, command.signed):
            return []
        raise Refused("already_settled", "by another signature or document")
    signing = require_signing(found, command.document)
    if signing.customer is None:
        raise Refused("customer_signs_first")
    _require_custody(command.custody)
    head, offer = about_round(signing, command), signing.agreement.offer
    return [
        said.CompanySigned(
            **head, document=command.document, signed=command.signed, certificate=command.certificate
        ),
        said.Settled(
            **head,
            sum=offer.sum,
            remedies=offer.remedies,
            document=command.document,
            signed=command.signed,
            extract=command.extract,
            custody=command.custody,
        ),
        *([instructed(policy, signing.case, head, offer.sum)] if offer.sum.amount else []),
    ]


def require_signing(state: State, document: str | None = None) -> Signing:
    """Return the state in which this document (None: any) is signed; refuse where there is none, or another."""
    found = require_round(state)
    if isinstance(found, Agreed):
        raise Refused("document_missing", "the agreement is not rendered yet")
    if isinstance(found, Binding):
        raise Refused("already_settled", "both have signed")
    if not isinstance(found, Signing):
        raise Refused("not_agreed", "there is nothing to sign")
    if document is not None and found.rendering.document != document:
        raise Refused("document_differs", "it is not the document that was rendered")
    return found


def _require_unexpired(link: Link, at: datetime) -> None:
    if at >= link.expires_at:
        raise Refused("link_expired", f"it ended at {link.expires_at.isoformat()}")


def _require_custody(custody: tuple[Custodian, ...]) -> None:
    holders = {each.holder for each in custody}
    originals = [each for each in custody if each.copy_kind == ORIGINAL]
    if not holders >= SIGNATORIES or len(originals) != 1:
        raise Refused("custody_incomplete", "every signatory gets a copy, and one holds the original")
