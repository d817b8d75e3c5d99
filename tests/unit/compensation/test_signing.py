from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import Bargaining, Settled, Signing, settlement_of
from services.compensation.domain.negotiation.values import Custodian
from tests.unit.compensation.story import (
    ACCEPT,
    CARL,
    COMPANY_SIGNS,
    CONSENT,
    CUSTOMER,
    DECLINE_SIGNING,
    DOCUMENT,
    EXTRACT,
    ISSUE,
    LET_LAPSE,
    MARA,
    MORE,
    OFFER,
    OTHER,
    POLICY,
    RENDER,
    SECOND_AGREED,
    SECOND_LINK,
    SECOND_RENDERED,
    SIGN,
    SIGNED,
    STRANGER,
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

NOTHING_TO_PAY = bargaining.having(replace(OFFER, sum=yuan("0.00")), ACCEPT, RENDER, ISSUE, SIGN)
STEPS = [RENDER, ISSUE, SIGN, DECLINE_SIGNING, COMPANY_SIGNS]


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


def test_a_customer_who_does_not_sign_goes_on_talking() -> None:
    [declined] = linked.when(DECLINE_SIGNING).then_types(said.SigningDeclined)
    talks = linked.having(DECLINE_SIGNING)

    assert isinstance(declined, said.SigningDeclined)
    assert declined.reason == DECLINE_SIGNING.reason
    assert isinstance(talks.state, Bargaining)
    talks.when(SIGN).then_refused("not_agreed")
    talks.when(replace(MORE, at=later(days=1))).then_types(said.OfferMade)
    linked.when(replace(DECLINE_SIGNING, reason=" ")).then_refused("reason_missing")


def test_an_agreement_nobody_signs_lapses_and_the_talk_goes_on() -> None:
    [_, lapsed] = linked.when(LET_LAPSE).then_types(said.DeadlineMissed, said.AgreementLapsed)
    talks = linked.having(LET_LAPSE)

    assert isinstance(lapsed, said.AgreementLapsed)
    assert (lapsed.document, lapsed.reason) == (DOCUMENT, LET_LAPSE.reason)
    assert isinstance(talks.state, Bargaining)
    talks.when(replace(SIGN, at=LET_LAPSE.at)).then_refused("not_agreed")
    talks.when(replace(MORE, at=later(days=31))).then_types(said.OfferMade)


def test_an_agreement_lapses_only_when_the_last_link_has_ended() -> None:
    fresh = replace(
        ISSUE, at=later(days=29), token_hash=OTHER, expires_at=LET_LAPSE.at + timedelta(seconds=1)
    )

    linked.having(fresh).when(LET_LAPSE).then_refused("agreement_still_open")
    linked.having(fresh).when(replace(LET_LAPSE, at=fresh.expires_at)).then_types(
        said.DeadlineMissed, said.AgreementLapsed
    )
    rendered.when(LET_LAPSE).then_refused("agreement_still_open")
    agreed.when(LET_LAPSE).then_refused("document_missing")
    offered.when(LET_LAPSE).then_refused("not_agreed")


def test_what_was_signed_does_not_lapse() -> None:
    customer_signed.when(LET_LAPSE).then_refused("already_signed")
    settled.when(LET_LAPSE).then_refused("already_settled")


def test_the_owner_or_a_supervisor_waits_no_longer() -> None:
    linked.when(replace(LET_LAPSE, by=MARA)).then_types(said.DeadlineMissed, said.AgreementLapsed)
    linked.when(replace(LET_LAPSE, by=CUSTOMER)).then_refused("owner_or_supervisor_only")
    linked.when(replace(LET_LAPSE, reason=" ")).then_refused("reason_missing")


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
    SECOND_AGREED.when(replace(RENDER, document=OTHER)).then_types(said.DocumentRendered)
    SECOND_RENDERED.having(SECOND_LINK).when(SIGN).then_refused("document_differs")
    SECOND_RENDERED.having(SECOND_LINK).when(replace(SIGN, document=OTHER)).then_refused("link_replaced")
