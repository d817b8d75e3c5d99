"""The agreement on paper: same bytes for the same agreement, one page, nothing that lets anyone guess."""

from __future__ import annotations

import dataclasses

import pytest

from services.compensation.settlement.agreement import Agreement
from services.compensation.settlement.document import render
from services.compensation.settlement.wording import concession_names, figures, words
from shared_kernel.money import money
from tests.support.agreements import CHINESE, ENGLISH, text_of


@pytest.mark.parametrize("agreement", [CHINESE, ENGLISH])
def test_same_agreement_gives_the_same_bytes(agreement: Agreement) -> None:
    assert render(agreement).pdf == render(agreement).pdf


@pytest.mark.parametrize("agreement", [CHINESE, ENGLISH])
def test_agreement_stands_on_one_page_and_says_all_that_was_agreed(agreement: Agreement) -> None:
    rendered = render(agreement)
    told = text_of(rendered.pdf).replace("\r\n", "").replace(" ", "")

    assert rendered.pages == 1
    for part in (
        agreement.company,
        agreement.customer,
        agreement.subject,
        agreement.document,
        agreement.complaint,
        agreement.terms,
        concession_names(agreement),
        figures(agreement.sum, agreement.language),
        words(agreement.sum, agreement.language),
    ):
        assert str(part).replace(" ", "") in told


def test_document_reference_changes_the_hash_so_that_no_guess_can_be_confirmed() -> None:
    other = dataclasses.replace(CHINESE, document="00000000-0000-8000-8000-000000000000")

    assert render(CHINESE).sha256 != render(other).sha256


def test_rare_character_of_a_name_is_set_from_the_whole_face() -> None:
    rendered = render(dataclasses.replace(CHINESE, customer="朱镕基喆"))

    assert "朱镕基喆" in text_of(rendered.pdf)


def test_name_nobody_can_set_is_no_reason_to_fail(caplog: pytest.LogCaptureFixture) -> None:
    rendered = render(dataclasses.replace(ENGLISH, customer="Grace \U0001f600\nO'Neill\x07"))

    assert rendered.pages == 1
    assert "\U0001f600" not in caplog.text


def test_agreement_without_name_subject_money_or_terms_says_so_and_leaves_nothing_empty() -> None:
    bare = dataclasses.replace(
        ENGLISH, customer=None, subject=None, sum=money("0.00", "EUR"), terms=None, remedies=()
    )
    told = text_of(render(bare).pdf)

    assert "No payment" in told
    assert "None" not in told
    assert "{" not in told


def test_long_terms_go_on_on_another_page() -> None:
    assert render(dataclasses.replace(CHINESE, terms="双方各自承担已发生的费用。" * 300)).pages > 1
