from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_kernel.identity import identity_marks, normalised_account, normalised_email, normalised_phone


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "0086 13800138000",
        "86-138-0013-8000",
        "１３８００１３８０００",
        "电话：13800138000",
        " 138\u200b00138000 ",
    ],
)
def test_one_phone_has_one_spelling_however_it_was_written(written: str) -> None:
    assert normalised_phone(written, "CN") == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "region", "phone"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("010-65551234", "CN", "+861065551234"),
        ("0044 20 7946 0018", "CN", "+442079460018"),
        ("+44 7700 900123", None, "+447700900123"),
        ("+49 30 123456", "XX", "+4930123456"),
    ],
)
def test_the_region_says_how_to_read_a_number_without_country_code(
    written: str, region: str | None, phone: str
) -> None:
    assert phone == normalised_phone(written, region)


@pytest.mark.parametrize("written", ["010-65551234 转 12", "010-65551234分机12", "010 6555 1234 ext. 12"])
def test_an_extension_is_part_of_the_number(written: str) -> None:
    assert normalised_phone(written, "CN") == "+861065551234;ext=12"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "unknown",
        "10086",  # a hotline
        "65551234",  # no area code: somebody in every city has it
        "138****8000",
        "138xxxx8000",
        "00000000000",
        "11111111111",
        "13800138000 13900139000",
        "9" * 400,
    ],
)
def test_what_several_people_could_have_written_identifies_nobody(written: str) -> None:
    assert normalised_phone(written, "CN") is None


def test_without_a_region_only_international_numbers_are_read() -> None:
    assert normalised_phone("13800138000", None) is None
    assert normalised_phone("13800138000", "XX") is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Li.Ming@Example.COM", "li.ming@example.com"),
        ("ＬＩ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
        (" li@example.com ", "li@example.com"),
        ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
        ("li@例子。中国", "li@xn--fsqu00a.xn--fiqs8s"),
        ("li@xn--fsqu00a.xn--fiqs8s", "li@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_one_address_has_one_spelling(written: str, address: str) -> None:
    assert address == normalised_email(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("liming@example.com", "li.ming@example.com"),
        ("li+shop@example.com", "li@example.com"),
        ("li@gmail.com", "li@googlemail.com"),
    ],
)
def test_what_only_some_providers_take_for_one_mailbox_stays_two(one: str, other: str) -> None:
    assert normalised_email(one) != normalised_email(other)


@pytest.mark.parametrize(
    "written", ["", "li", "li@", "li@b", "Li <li@example.com>", "li li@example.com", "@example.com"]
)
def test_what_is_no_address_identifies_nobody(written: str) -> None:
    assert normalised_email(written) is None


def test_an_account_belongs_to_its_source() -> None:
    assert normalised_account("tmall", "1001") != normalised_account("jd", "1001")
    assert normalised_account("Tmall ", " １００１") == normalised_account("tmall", "1001")


def test_an_accounts_case_matters_and_a_slash_cannot_forge_another() -> None:
    assert normalised_account("app", "abc") != normalised_account("app", "ABC")
    assert normalised_account("a/b", "c") != normalised_account("a", "b/c")


def test_a_blank_account_identifies_nobody() -> None:
    assert normalised_account("tmall", " \u3000") is None


def test_marks_come_strongest_first_and_only_those_that_are_there() -> None:
    marks = identity_marks(
        source="tmall", account="u1", email="Li@example.com", phone="13800138000", region="CN"
    )

    assert marks == (("account", "tmall/u1"), ("email", "li@example.com"), ("phone", "+8613800138000"))
    assert identity_marks(source="tmall", email="not one", phone="+86 138 0013 8000") == (marks[2],)
    assert identity_marks(source="tmall") == ()


@given(st.text(max_size=40), st.sampled_from(["CN", "GB", "US", None]))
def test_any_text_is_read_without_an_error_and_reading_twice_changes_nothing(
    text: str, region: str | None
) -> None:
    phone, email = normalised_phone(text, region), normalised_email(text)

    assert phone is None or phone == normalised_phone(phone, None)
    assert email is None or email == normalised_email(email)


@given(st.from_regex(r"\+?[0-9 ()./-]{5,18}", fullmatch=True), st.sampled_from(["CN", "GB", "US", "DE"]))
def test_a_normalised_phone_is_its_own_normal_form(text: str, region: str) -> None:
    phone = normalised_phone(text, region)

    assert phone is None or phone == normalised_phone(phone, region)
