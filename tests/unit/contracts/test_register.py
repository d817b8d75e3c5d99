"""The register: what a door accepts, and the rule each wrong value is refused by."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.findings import Finding, explain_errors
from contracts.register import Register, unknown_members

LEAST: dict[str, Any] = {
    "source": "hotline",
    "channel": "phone",
    "reference": "H-2026-0001",
    "received_at": "2026-03-01T09:30:00+08:00",
    "narrative": "The tap in my kitchen has been leaking since Friday.",
    "complainant": {"phone": "+86 139 0000 0001"},
}
FULL: dict[str, Any] = LEAST | {
    "recorder": "agent-17",
    "complainant": {
        "name": "Lin Yue",
        "phone": "+86 139 0000 0001",
        "email": "lin.yue@example.com",
        "address": "12 Harbour Road\nUnit 4",
        "organisation": "Lin & Co",
        "account": "A-77",
        "payout_account": "6222 0000",
        "tier": "gold",
        "vulnerable": True,
        "protected": False,
    },
    "representative": {"name": "Lin Hai", "phone": "139 0000 0002", "relation": "brother"},
    "third_party": {"name": "Wang Bo", "email": "wang@example.com"},
    "product": {
        "name": "Kettle",
        "specification": "1.7 l",
        "serial": "S-9",
        "batch": "B-4",
        "produced_on": "2025-11-02",
        "in_use_since": "2025-12-24",
        "earlier_brand": "Other",
        "price": {"amount": "129.00", "currency": "CNY"},
    },
    "merchant": "Home Store",
    "site": "Pudong",
    "region": "Shanghai",
    "service": "repair",
    "order": "O-5",
    "purchases_12m": 3,
    "asks_for": "A new kettle.",
    "jurisdiction": "CN-SH",
    "time_zone": "Asia/Shanghai",
    "attachments": [{"sha256": "ab" * 32, "media_type": "image/jpeg"}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    raw = copy.deepcopy(FULL)
    *way, last = [int(step) if step.isdigit() else step for step in path.strip("/").split("/")]
    place: Any = raw
    for step in way:
        place = place[step]
    place[last] = value
    return raw


def findings(raw: Any) -> list[Finding]:
    with pytest.raises(ValidationError) as refusal:
        Register.model_validate(raw)
    return explain_errors(refusal.value)


def test_least_register_needs_six_members() -> None:
    register = Register.model_validate(LEAST)

    assert register.received_at == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    assert register.complainant.vulnerable is False
    assert register.attachments == ()


def test_full_register_is_kept_member_by_member() -> None:
    register = Register.model_validate(FULL)

    assert register.product is not None
    assert register.product.produced_on == date(2025, 11, 2)
    assert register.received_at.utcoffset() == timedelta(hours=8)
    assert register.model_dump(mode="json") == FULL | {
        "representative": FULL["representative"] | {"email": None},
        "third_party": FULL["third_party"] | {"phone": None, "relation": None},
    }


@pytest.mark.parametrize("name", ["source", "channel", "reference", "received_at", "narrative"])
@pytest.mark.parametrize("value", [..., None, "", "  \n"])
def test_required_member_that_is_missing_null_or_blank_is_refused(name: str, value: Any) -> None:
    raw = {member: each for member, each in LEAST.items() if member != name or value is not ...}

    found = findings(raw if value is ... else raw | {name: value})

    assert [(f"/{name}", "field_missing")] == [(each.field, each.rule) for each in found]


@pytest.mark.parametrize(
    "complainant",
    [
        {"phone": "13900000001"},
        {"email": "a@example.com"},
        {"address": "12 Harbour Road"},
        {"account": "A-77"},
    ],
)
def test_one_way_to_reach_the_customer_is_enough(complainant: dict[str, str]) -> None:
    assert Register.model_validate(LEAST | {"complainant": complainant})


def test_a_representative_can_be_the_way_to_reach_the_customer() -> None:
    spoken_for = {name: value for name, value in LEAST.items() if name != "complainant"}

    assert Register.model_validate(spoken_for | {"representative": {"email": "brother@example.com"}})


@pytest.mark.parametrize(
    "parties",
    [
        {"complainant": {}},
        {"complainant": {"name": "Lin Yue", "payout_account": "6222"}},
        {"complainant": None, "third_party": {"phone": "13900000001"}},
        {"complainant": {"phone": " "}, "representative": {"name": "Lin Hai"}},
    ],
)
def test_customer_nobody_could_answer_is_refused(parties: dict[str, Any]) -> None:
    found = findings(LEAST | parties)

    assert [(each.field, each.rule) for each in found] == [("/complainant", "contact_missing")]


def test_null_and_blank_are_absent() -> None:
    register = Register.model_validate(
        changed("/complainant/email", "") | {"order": None, "attachments": None}
    )

    assert register.complainant.email is None
    assert register.order is None
    assert register.attachments == ()


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("/channel", "fax", "value_unknown"),
        ("/channel", 1, "value_unknown"),
        ("/source", "hot line", "text_malformed"),
        ("/source", "a" * 65, "text_malformed"),
        ("/reference", 20260001, "text_expected"),
        ("/reference", "a\nb", "control_character"),
        ("/reference", "x" * 201, "text_length_out_of_range"),
        ("/received_at", "2026-03-01T09:30:00", "time_without_zone"),
        ("/received_at", "2026-03-01", "time_malformed"),
        ("/received_at", 1_772_000_000, "time_malformed"),
        ("/received_at", "1772000000", "time_malformed"),
        ("/received_at", "2026-02-30T09:30:00Z", "time_malformed"),
        ("/received_at", "20260301T093000Z", "time_malformed"),
        ("/received_at", "0001-01-01T00:00:00+14:00", "time_out_of_range"),
        ("/received_at", "9999-12-31T23:59:59-14:00", "time_out_of_range"),
        ("/narrative", "a\0b", "nul_character"),
        ("/narrative", "\ud800", "not_utf8"),
        ("/narrative", "x" * 25_001, "text_length_out_of_range"),
        ("/narrative", ["text"], "text_expected"),
        ("/complainant", "Lin Yue", "object_expected"),
        ("/complainant/phone", 13900000001, "text_expected"),
        ("/complainant/phone", "none", "phone_without_digits"),
        ("/complainant/email", "lin.yue", "not_an_email"),
        ("/complainant/email", "lin yue@example.com", "not_an_email"),
        ("/complainant/vulnerable", "yes", "truth_value_expected"),
        ("/complainant/protected", 1, "truth_value_expected"),
        ("/complainant/name", "Lin\0Yue", "nul_character"),
        ("/purchases_12m", "3", "number_expected"),
        ("/purchases_12m", 3.0, "number_expected"),
        ("/purchases_12m", True, "number_expected"),
        ("/purchases_12m", -1, "number_out_of_range"),
        ("/purchases_12m", 1_000_001, "number_out_of_range"),
        ("/product", [], "object_expected"),
        ("/product/produced_on", "2025-11-02T00:00:00Z", "date_malformed"),
        ("/product/produced_on", "2025-11-31", "date_malformed"),
        ("/product/in_use_since", 20251224, "date_malformed"),
        ("/product/price/amount", 129.5, "amount_not_text"),
        ("/product/price/amount", 129, "amount_not_text"),
        ("/product/price/amount", "-129.00", "amount_negative"),
        ("/product/price/amount", "1,290.00", "amount_not_decimal"),
        ("/product/price/amount", "1e3", "amount_not_decimal"),
        ("/product/price/amount", "１２９", "amount_not_decimal"),
        ("/product/price/amount", "129.005", "too_many_decimals"),
        ("/product/price/currency", "RMB", "unknown_currency"),
        ("/product/price/currency", "cny", "unknown_currency"),
        ("/product/price/currency", "XTS", "unknown_currency"),
        ("/product/price/currency", 156, "text_expected"),
        ("/jurisdiction", "China", "text_malformed"),
        ("/time_zone", "Asia/Atlantis", "unknown_time_zone"),
        ("/time_zone", "../../etc/passwd", "unknown_time_zone"),
        ("/attachments", {"sha256": "ab" * 32}, "list_expected"),
        ("/attachments/0/sha256", "AB" * 32, "text_malformed"),
        ("/attachments/0/media_type", "jpeg", "text_malformed"),
    ],
)
def test_wrong_value_is_refused_by_a_rule_that_names_the_field(path: str, value: Any, rule: str) -> None:
    found = findings(changed(path, value))

    assert [(path, rule)] == [(each.field, each.rule) for each in found]


def test_attachments_are_at_most_fifty() -> None:
    found = findings(changed("/attachments", FULL["attachments"] * 51))

    assert [(each.field, each.rule) for each in found] == [("/attachments", "list_length_out_of_range")]


@pytest.mark.parametrize("raw", [None, [], "text", 5, [FULL]])
def test_what_is_no_object_is_refused_as_a_whole(raw: Any) -> None:
    assert [(each.field, each.rule) for each in findings(raw)] == [("", "object_expected")]


def test_every_fault_is_told_at_once() -> None:
    raw = changed("/channel", "fax") | {"purchases_12m": -1, "received_at": "2026-03-01"}

    assert [each.field for each in findings(raw)] == ["/channel", "/received_at", "/purchases_12m"]


@pytest.mark.parametrize(
    "path",
    [
        "/complainant/phone",
        "/complainant/email",
        "/product/price/amount",
        "/received_at",
        "/channel",
        "/time_zone",
    ],
)
def test_refusal_never_shows_the_value_that_was_sent(path: str) -> None:
    secret = "ZhangWei-secret"

    with pytest.raises(ValidationError) as refusal:
        Register.model_validate(changed(path, secret))

    assert secret not in str(refusal.value)
    assert secret not in repr(explain_errors(refusal.value))


def test_unknown_members_are_passed_over_and_told_by_place() -> None:
    raw = copy.deepcopy(FULL) | {"wechat": "lin", "13900000001": 1}
    raw["complainant"]["nickname"] = "Yue"
    raw["product"]["price"]["tax"] = "1.00"
    raw["attachments"][0]["name"] = "leak.jpg"

    assert Register.model_validate(raw) == Register.model_validate(FULL)
    assert set(unknown_members(raw)) == {
        "/wechat",
        "/*",
        "/complainant/nickname",
        "/product/price/tax",
        "/attachments/0/name",
    }


@pytest.mark.parametrize("raw", [None, [], "text", {"complainant": "text", "attachments": "text"}])
def test_unknown_members_of_a_wrong_shape_are_none(raw: Any) -> None:
    assert unknown_members(raw) == []
