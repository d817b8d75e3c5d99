from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eventlog.decider import Refused
from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.signing import usable_link
from services.compensation.domain.negotiation.state import Bargaining, Settled, Signing, settlement_of
from services.compensation.domain.negotiation.values import Custodian
from tests.unit.compensation.story import (
    ACCEPT,
    ANNA,
    CARL,
    COMPANY_SIGNS,
    CONSENT,
    CUSTOMER,
    DECLINE_SIGNING,
    DOCUMENT,
    EXTRACT,
    ISSUE,
    MARA,
    MORE,
    OFFER,
    POLICY,
    RENDER,
    SIGN,
    SIGNED,
    STRANGER,
    TOKEN,
    Story,
    agreed,
    archived,
    awaiting,
    bargaining,
    customer_signed,
    later,
    linked,
    offered,
    registered,
    rendered,
    settled,
    yuan,
)

OTHER = "e" * 64
FRESH = replace(ISSUE, at=later(hours=8), by=CARL, token_hash="7" * 64, expires_at=later(days=6))
NOTHING_TO_PAY = bargaining.having(replace(OFFER, sum=yuan("0.00")), ACCEPT, RENDER, ISSUE, SIGN)
STEPS = [RENDER, ISSUE, SIGN, DECLINE_SIGNING, COMPANY_SIGNS]


def link_refused(story: Story, token_hash: str = TOKEN, hours: float = 8) -> str:
    with pytest.raises(Refused) as refused:
        usable_link(story.state, token_hash, later(hours=hours))
    return refused.value.rule


def test_the_agreement_is_rendered_once() -> None:
    [document] = agreed.when(RENDER).then_types(said.DocumentRendered)

    assert isinstance(document, said.DocumentRendered)
    assert (document.document, document.language, document.pages) == (DOCUMENT, "zh", 2)
    for story in (rendered, linked, customer_signed, settled, archived):
        story.when(RENDER).then_nothing()
    rendered.when(replace(RENDER, document=OTHER)).then_refused("document_differs")
    settled.when(replace(RENDER, document=OTHER)).then_refused("already_settled")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_nothing_is_signed_before_an_agreement(step: commands.Signing) -> None:
    for story in (awaiting, bargaining, offered):
        story.when(step).then_refused("not_agreed")
    registered.when(step).then_refused("no_round_open")


@pytest.mark.parametrize("step", STEPS[1:], ids=lambda step: type(step).__name__)
def test_nothing_is_signed_before_its_document_is_there(step: commands.Signing) -> None:
    agreed.when(step).then_refused("document_missing")


@pytest.mark.parametrize("step", STEPS[1:], ids=lambda step: type(step).__name__)
def test_what_is_signed_is_the_document_that_was_rendered(step: commands.SignAsCustomer) -> None:
    linked.when(replace(step, document=OTHER)).then_refused("document_differs")


def test_a_link_goes_out_once_for_its_token() -> None:
    [issued] = rendered.when(ISSUE).then_types(said.SigningLinkIssued)

    assert isinstance(issued, said.SigningLinkIssued)
    assert (issued.number, issued.document, issued.token_hash) == (1, DOCUMENT, TOKEN)
    linked.when(ISSUE).then_nothing()
    customer_signed.when(ISSUE).then_nothing()


def test_staff_may_have_a_fresh_link_sent() -> None:
    [issued] = linked.when(FRESH).then_types(said.SigningLinkIssued)

    assert isinstance(issued, said.SigningLinkIssued)
    assert issued.number == 2
    linked.when(replace(FRESH, by=MARA)).then_types(said.SigningLinkIssued)
    for by in (ANNA, CUSTOMER):
        linked.when(replace(FRESH, by=by)).then_refused("owner_or_supervisor_only")
    customer_signed.when(FRESH).then_refused("link_spent")


def test_a_link_lives_within_the_policy() -> None:
    longest = ISSUE.at + POLICY.terms.link

    rendered.when(replace(ISSUE, expires_at=longest)).then_types(said.SigningLinkIssued)
    for end in (ISSUE.at, longest + timedelta(seconds=1)):
        rendered.when(replace(ISSUE, expires_at=end)).then_refused("link_lifetime_out_of_range")


def test_a_link_is_spent_by_signing_and_not_by_viewing() -> None:
    seen = [usable_link(linked.state, TOKEN, later(hours=8)) for _ in range(3)]

    assert [link.number for link in seen] == [1, 1, 1]
    assert link_refused(customer_signed) == "link_spent"
    assert link_refused(settled) == "link_spent"


def test_a_link_that_is_unknown_replaced_or_expired_opens_nothing() -> None:
    assert link_refused(linked, OTHER) == "link_unknown"
    assert link_refused(rendered) == "link_unknown"
    assert link_refused(bargaining) == "link_unknown"
    assert link_refused(linked.having(FRESH)) == "link_replaced"
    assert link_refused(linked, hours=24 * 6) == "link_expired"
    assert usable_link(linked.having(FRESH).state, FRESH.token_hash, later(hours=9)).number == 2


def test_the_customer_signs_the_document_with_consent() -> None:
    [signature] = linked.when(SIGN).then_types(said.CustomerSigned)

    assert isinstance(signature, said.CustomerSigned)
    assert (signature.document, signature.means, signature.consent) == (DOCUMENT, "typed", CONSENT)


def test_nobody_signs_for_the_customer() -> None:
    for by in (CARL, MARA, COMPANY_SIGNS.by):
        linked.when(replace(SIGN, by=by)).then_refused("customer_only")
        linked.when(replace(DECLINE_SIGNING, by=by)).then_refused("customer_only")
    linked.when(replace(SIGN, by=STRANGER)).then_refused("own_complaint_only")


def test_the_customer_signs_once() -> None:
    customer_signed.when(SIGN).then_nothing()
    customer_signed.when(replace(SIGN, consent=OTHER)).then_refused("link_spent")
    settled.when(SIGN).then_nothing()
    customer_signed.when(DECLINE_SIGNING).then_refused("link_spent")


def test_the_customer_signs_by_a_link_that_is_still_good() -> None:
    rendered.when(SIGN).then_refused("link_unknown")
    linked.when(replace(SIGN, at=ISSUE.expires_at)).then_refused("link_expired")
    linked.having(FRESH).when(replace(SIGN, at=ISSUE.expires_at)).then_types(said.CustomerSigned)


def test_a_customer_who_does_not_sign_goes_on_talking() -> None:
    [declined] = linked.when(DECLINE_SIGNING).then_types(said.SigningDeclined)
    talks = linked.having(DECLINE_SIGNING)

    assert isinstance(declined, said.SigningDeclined)
    assert declined.reason == DECLINE_SIGNING.reason
    assert isinstance(talks.state, Bargaining)
    talks.when(SIGN).then_refused("not_agreed")
    talks.when(replace(MORE, at=later(days=1))).then_types(said.OfferMade)
    linked.when(replace(DECLINE_SIGNING, reason=" ")).then_refused("reason_missing")


def test_the_company_signs_only_after_the_customer() -> None:
    for story in (rendered, linked):
        story.when(COMPANY_SIGNS).then_refused("customer_signs_first")
    customer_signed.when(replace(COMPANY_SIGNS, by=MARA)).then_refused("system_only")


def test_the_companys_signature_settles_and_instructs_the_payment_in_one_decision() -> None:
    company, settlement, payment = customer_signed.when(COMPANY_SIGNS).then_types(
        said.CompanySigned, said.Settled, said.PaymentInstructed
    )

    assert isinstance(company, said.CompanySigned)
    assert (company.document, company.signed) == (DOCUMENT, SIGNED)
    assert isinstance(settlement, said.Settled)
    assert (settlement.sum, settlement.remedies, settlement.extract) == (OFFER.sum, ("apology",), EXTRACT)
    assert isinstance(payment, said.PaymentInstructed)
    assert (payment.sum, payment.due) == (OFFER.sum, COMPANY_SIGNS.at + POLICY.terms.payment)


def test_the_payments_id_follows_from_the_case_alone() -> None:
    first = customer_signed.when(COMPANY_SIGNS).events[-1]
    again = customer_signed.when(replace(COMPANY_SIGNS, at=later(days=1))).events[-1]

    assert isinstance(first, said.PaymentInstructed)
    assert isinstance(again, said.PaymentInstructed)
    assert first.payment == again.payment


def test_a_settlement_without_money_instructs_no_payment() -> None:
    NOTHING_TO_PAY.when(COMPANY_SIGNS).then_types(said.CompanySigned, said.Settled)


def test_the_company_signs_once() -> None:
    for story in (settled, archived):
        story.when(COMPANY_SIGNS).then_nothing()
        story.when(replace(COMPANY_SIGNS, signed=OTHER)).then_refused("already_settled")
    settled.when(replace(COMPANY_SIGNS, document=OTHER)).then_refused("already_settled")


@pytest.mark.parametrize(
    "custody",
    [
        (),
        (Custodian("company", "original"),),
        (Custodian("company", "copy"), Custodian("customer", "copy")),
        (Custodian("company", "original"), Custodian("customer", "original")),
    ],
)
def test_every_signatory_gets_a_copy_and_one_holds_the_original(custody: tuple[Custodian, ...]) -> None:
    customer_signed.when(replace(COMPANY_SIGNS, custody=custody)).then_refused("custody_incomplete")


def test_the_state_keeps_the_hashes_of_the_settlement() -> None:
    assert isinstance(customer_signed.state, Signing)
    assert isinstance(settled.state, Settled)
    settlement = settlement_of(settled.state)

    assert settlement is not None
    assert (settlement.document, settlement.signed, settlement.extract) == (DOCUMENT, SIGNED, EXTRACT)
    assert (settlement.certificate, settlement.language) == (COMPANY_SIGNS.certificate, "zh")
    assert settlement.custody == COMPANY_SIGNS.custody
    assert settlement_of(linked.state) is None


def test_the_next_agreement_after_a_declined_signing_has_a_document_of_its_own() -> None:
    second = linked.having(
        DECLINE_SIGNING, replace(MORE, at=later(days=1)), replace(ACCEPT, at=later(days=1, hours=1), offer=2)
    )

    second.when(replace(RENDER, document=OTHER)).then_types(said.DocumentRendered)
    link = replace(ISSUE, at=later(days=2), document=OTHER, token_hash="8" * 64, expires_at=later(days=4))
    second.having(replace(RENDER, document=OTHER), link).when(SIGN).then_refused("document_differs")
