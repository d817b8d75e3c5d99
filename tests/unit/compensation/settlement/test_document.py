"""The agreement on paper: same bytes for the same agreement, one page, nothing that lets anyone guess."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pypdfium2  # type: ignore[import-untyped]
import pytest

from services.compensation.settlement.agreement import Agreement, Language
from services.compensation.settlement.document import render
from services.compensation.settlement.linebreaks import lines
from services.compensation.settlement.wording import (
    LANGUAGES,
    concession_names,
    consent_text,
    consent_text_hash,
    figures,
    texts,
    words,
)
from shared_kernel.money import money

CHINESE = Agreement(
    document="8f14e45f-ceea-8367-a33b-7d2a1f0c9b11",
    language="zh",
    company="晨星家电有限公司",
    customer="王小梅",
    complaint="0b7a9c1e-3d52-8e4f-9a10-5b6c7d8e9f00",
    subject="滚筒洗衣机 XQG100 / 88213",
    sum=money("1200.00", "CNY"),
    remedies=("apology", "voucher"),
    concessions=("publicity",),
    terms="甲方在三月十五日前上门取回故障机器，往返运费由甲方承担。",
    payment_days=10,
    agreed_at=datetime(2026, 3, 4, 8, 30, tzinfo=UTC),
)
ENGLISH = dataclasses.replace(
    CHINESE,
    language="en",
    company="Morningstar Appliances Ltd",
    customer="Grace O'Neill",
    subject="a washing machine XQG100 / 88213",
    sum=money("1200.00", "EUR"),
    terms="The company collects the faulty machine before 15 March and bears the cost of carriage.",
)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(document[page].get_textpage().get_text_bounded() for page in range(len(document)))


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


@pytest.mark.parametrize(
    ("amount", "currency", "language", "spelt"),
    [
        ("1200.00", "CNY", "zh", "人民币壹仟贰佰元整"),
        ("10005.05", "CNY", "zh", "人民币壹万零伍元零伍分"),
        ("99.50", "USD", "zh", "美元玖拾玖点伍零"),
        ("1200.00", "EUR", "en", "1,200.00 euros"),
        ("1200", "JPY", "en", "1,200 Japanese yen"),
    ],
)
def test_sum_is_spelt_as_contracts_spell_it(
    amount: str, currency: str, language: Language, spelt: str
) -> None:
    assert words(money(amount, currency), language) == spelt


def test_no_line_begins_with_closing_punctuation_or_breaks_a_word() -> None:
    broken = list(lines("双方同意，甲方支付（EUR 1,200.00）。The company pays at once；完。", 9, len))

    assert "".join(broken).replace(" ", "") == "双方同意，甲方支付（EUR1,200.00）。Thecompanypaysatonce；完。"
    assert not [line for line in broken if line[0] in "，。）；"]
    assert any(line.strip().endswith("company") for line in broken)


def test_both_languages_say_the_same_things() -> None:
    for file in ("agreement", "consent", "letters"):
        assert texts(file, "zh").keys() == texts(file, "en").keys()
    assert texts("agreement", "zh")["remedies"].keys() == texts("agreement", "en")["remedies"].keys()
    assert len({consent_text_hash(language) for language in LANGUAGES}) == len(LANGUAGES)
    assert consent_text("zh")
