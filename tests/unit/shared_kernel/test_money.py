from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel.money import Money, MoneyError, minor_unit, money

CENTS = st.integers(min_value=0, max_value=10**14).map(lambda cents: Decimal(cents).scaleb(-2))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("120", "CNY", "120.00"),
        ("120.5", "EUR", "120.50"),
        ("120", "JPY", "120"),
        ("1.234", "KWD", "1.234"),
        ("1.2345", "CLF", "1.2345"),
        ("0", "USD", "0.00"),
        ("007", "USD", "7.00"),
        (Decimal("1E+3"), "CNY", "1000.00"),
        (Decimal("10.500"), "CNY", "10.50"),
        (Decimal("-0"), "CNY", "0.00"),
        ("999999999999999.99", "CNY", "999999999999999.99"),
    ],
)
def test_an_amount_stands_at_the_decimals_of_its_currency(amount: Any, currency: str, text: str) -> None:
    assert text == money(amount, currency).text


@pytest.mark.parametrize(
    ("amount", "currency", "field", "rule"),
    [
        (12.5, "CNY", "amount", "amount_not_decimal"),
        (12, "CNY", "amount", "amount_not_decimal"),
        (True, "CNY", "amount", "amount_not_decimal"),
        (None, "CNY", "amount", "amount_not_decimal"),
        ("", "CNY", "amount", "amount_not_decimal"),
        ("1e3", "CNY", "amount", "amount_not_decimal"),
        ("1,000", "CNY", "amount", "amount_not_decimal"),
        ("1_000", "CNY", "amount", "amount_not_decimal"),
        (" 1", "CNY", "amount", "amount_not_decimal"),
        ("1\n", "CNY", "amount", "amount_not_decimal"),
        ("１２", "CNY", "amount", "amount_not_decimal"),
        ("NaN", "CNY", "amount", "amount_not_decimal"),
        (Decimal("NaN"), "CNY", "amount", "amount_not_decimal"),
        (Decimal("sNaN"), "CNY", "amount", "amount_not_decimal"),
        (Decimal("Infinity"), "CNY", "amount", "amount_not_decimal"),
        ("-1", "CNY", "amount", "amount_negative"),
        (Decimal("-0.01"), "CNY", "amount", "amount_negative"),
        ("0.001", "CNY", "amount", "too_many_decimals"),
        ("1.000", "JPY", "amount", "too_many_decimals"),
        (Decimal("1E-99999"), "CNY", "amount", "too_many_decimals"),
        ("1000000000000000", "CNY", "amount", "amount_too_large"),
        (Decimal("1E+999999"), "CNY", "amount", "amount_too_large"),
        ("1", "cny", "currency", "unknown_currency"),
        ("1", "ZZZ", "currency", "unknown_currency"),
        ("1", "XAU", "currency", "unknown_currency"),
        ("1", "XXX", "currency", "unknown_currency"),
        ("1", "", "currency", "unknown_currency"),
        ("1", None, "currency", "unknown_currency"),
        ("1", "CNY\n", "currency", "unknown_currency"),
    ],
)
def test_what_is_no_exact_money_is_refused_with_its_field(
    amount: Any, currency: Any, field: str, rule: str
) -> None:
    with pytest.raises(MoneyError) as refusal:
        money(amount, currency)

    assert (field, rule) == (refusal.value.field, refusal.value.rule)


def test_money_cannot_be_built_around_the_checks() -> None:
    with pytest.raises(MoneyError, match="too_many_decimals"):
        Money(Decimal("0.5"), "JPY")


def test_every_currency_with_an_own_minor_unit_is_known() -> None:
    for code in ("BIF", "UYI", "XAF", "BHD", "TND", "CLF", "UYW"):
        assert minor_unit(code) != 2


def test_amounts_equal_in_value_are_the_same_money() -> None:
    assert money("1", "CNY") == money(Decimal("1.000"), "CNY")
    assert money("1", "CNY") != money("1", "USD")
    assert len({money("1", "CNY"), money("1.00", "CNY")}) == 1


def test_two_currencies_are_never_added_or_compared() -> None:
    with pytest.raises(MoneyError, match="currency_differs"):
        money("1", "CNY") + money("1", "USD")
    with pytest.raises(MoneyError, match="currency_differs"):
        assert money("1", "CNY") < money("2", "USD")


def test_money_never_falls_below_zero() -> None:
    with pytest.raises(MoneyError, match="amount_negative"):
        money("1", "CNY") - money("1.01", "CNY")


def test_a_sum_does_not_depend_on_the_callers_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        total = money("123456.78", "CNY") + money("0.01", "CNY")

    assert total.text == "123456.79"


@given(CENTS, CENTS)
def test_adding_and_taking_away_again_changes_nothing(first: Decimal, second: Decimal) -> None:
    one, two = money(first, "CNY"), money(second, "CNY")

    assert one == one + two - two
    assert one <= one + two


@given(CENTS)
def test_the_text_of_money_reads_back_as_the_same_money(amount: Decimal) -> None:
    once = money(amount, "CNY")

    assert once == money(once.text, "CNY")
