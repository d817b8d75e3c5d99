from __future__ import annotations

import pytest

from services.blacklist.domain.flag.facts import Attributes
from services.blacklist.domain.marks import marks_of, shared_marks_of


def marks(**fields: str) -> dict[str, str]:
    return dict(marks_of(Attributes(**{"source": "shop", **fields}), "CN"))


def shared(**fields: str) -> dict[str, str]:
    return dict(shared_marks_of(Attributes(**{"source": "shop", **fields}), "CN"))


def test_person_is_looked_up_by_account_email_phone_and_name_with_address() -> None:
    found = marks(
        account="A-1", email="Ada@Example.org", phone="138 0000 1111", name="Ada", address="1 Lake Court"
    )

    assert found == {
        "account": "shop/A-1",
        "email": "ada@example.org",
        "phone": "+8613800001111",
        "name_address": "ada/1lakecourt",
    }


@pytest.mark.parametrize("spelling", ["13800001111", "+86 138-0000-1111", "１３８００００１１１１"])
def test_spellings_of_one_phone_are_one_mark(spelling: str) -> None:
    assert marks(phone=spelling) == {"phone": "+8613800001111"}


def test_phone_is_read_in_the_country_of_the_complaint() -> None:
    assert marks(phone="020 7946 0018", region="GB") == {"phone": "+442079460018"}


def test_name_and_address_count_only_together_and_however_they_are_written() -> None:
    one = marks(name="李 雷", address="湖滨路1号，2单元")
    other = marks(name="李雷", address="湖滨路１号 2单元")

    assert marks(name="Ada") == marks(address="1 Lake Court") == {}
    assert one == other != {}


def test_account_of_another_platform_is_another_mark() -> None:
    assert marks(account="A-1") != marks(account="A-1", source="market")


def test_phone_address_and_payout_account_may_be_shared_however_they_are_written() -> None:
    one = shared(phone="138 0000 1111", address="湖滨路1号，2单元", payout_account="6222 0000-1234")
    other = shared(phone="+8613800001111", address="湖滨路１号2单元", payout_account="６２２２00001234")

    assert one == other
    assert set(one) == {"phone", "address", "payout_account"}


@pytest.mark.parametrize(
    "fields",
    [
        {"payout_account": "6222 **** 1234"},
        {"payout_account": "Alipay"},
        {"payout_account": "支付宝"},
        {"address": "Beijing, Chaoyang"},
        {"address": "湖滨路***号1"},
        {"account": "A-100000", "email": "ada@example.org", "name": "Ada"},
    ],
)
def test_what_does_not_tell_one_from_another_is_not_shared(fields: dict[str, str]) -> None:
    assert shared(**fields) == {}


def test_address_and_payout_account_find_nobody() -> None:
    assert marks(address="1 Lake Court", payout_account="6222 0000 1234") == {}
