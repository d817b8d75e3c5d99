"""Sums spelt out, lines broken and wordings complete, in both languages."""

from __future__ import annotations

import pytest

from services.compensation.settlement.agreement import Language
from services.compensation.settlement.linebreaks import lines
from services.compensation.settlement.wording import LANGUAGES, consent_text, consent_text_hash, texts, words
from shared_kernel.money import money


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
