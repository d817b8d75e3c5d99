from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.unit.hosting.sample import CANARY

GOOD = {"narrative": "The tap drips.", "received": "2026-03-01T09:30:00+08:00"}
JSON = {"content-type": "application/json"}


async def test_good_body_is_accepted(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/complaints", json=GOOD)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"narrative": None}, "/narrative", "text_expected"),
        ({"narrative": ""}, "/narrative", "text_length_out_of_range"),
        ({"narrative": 5}, "/narrative", "text_expected"),
        ({"received": "2026-03-01T09:30:00"}, "/received", "time_without_zone"),
        ({"received": CANARY}, "/received", "time_malformed"),
        ({"received": 1_700_000_000}, "/received", "time_malformed"),
        ({"purchases": "5"}, "/purchases", "number_expected"),
        ({"purchases": 5.5}, "/purchases", "number_expected"),
        ({"purchases": True}, "/purchases", "number_expected"),
        ({"in_use_since": "01.03.2026"}, "/in_use_since", "date_malformed"),
        ({"asked": "refund"}, "/asked", "list_expected"),
        ({"asked": [CANARY]}, "/asked/0", "object_expected"),
        ({"asked": [{"kind": CANARY}]}, "/asked/0/kind", "value_unknown"),
        ({"asked": [{"kind": "refund", "amount": 12.5}]}, "/asked/0/amount", "text_expected"),
        ({"asked": [{"kind": "refund", "amount": "-3"}]}, "/asked/0/amount", "text_malformed"),
    ],
)
async def test_wrong_field_is_named_with_its_rule(
    client: httpx.AsyncClient, change: dict[str, Any], field: str, rule: str
) -> None:
    answer = await client.post("/v1/complaints", json={**GOOD, **change})

    problem = answer.json()
    assert (422, field, rule) == (answer.status_code, problem["field"], problem["rule"])
    assert problem["remedy"]
    assert CANARY not in answer.text


async def test_missing_fields_are_all_listed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/complaints", json={"purchases": 1})

    problem = answer.json()
    assert problem["rule"] == "body_invalid"
    assert [(error["field"], error["rule"]) for error in problem["errors"]] == [
        ("/narrative", "field_missing"),
        ("/received", "field_missing"),
    ]
    assert all(error["remedy"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        (b"", 400, "body_missing"),
        (b"{", 400, "not_json"),
        (b'{"narrative": "\\u0000"}', 400, "nul_character"),
        (b'{"narrative": "\xff"}', 400, "not_utf8"),
        (b"[" * 33 + b"]" * 33, 400, "too_deep"),
        (b'{"a": 1, "a": 2}', 400, "duplicate_member"),
        (b'{"a": NaN}', 400, "not_finite"),
    ],
)
async def test_bytes_that_are_no_strict_json_are_refused(
    client: httpx.AsyncClient, body: bytes, status: int, rule: str
) -> None:
    answer = await client.post("/v1/complaints", content=body, headers=JSON)

    assert (status, rule) == (answer.status_code, answer.json()["rule"])


async def test_body_with_byte_order_mark_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/v1/complaints", content=b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), headers=JSON
    )

    assert answer.status_code == 201


async def test_declared_oversize_is_refused_before_a_byte_is_read(client: httpx.AsyncClient) -> None:
    async def never_asked_for() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    headers = {**JSON, "content-length": "300000"}
    answer = await client.post("/v1/complaints", content=never_asked_for(), headers=headers)

    assert (answer.status_code, answer.json()["rule"]) == (413, "body_too_large")


async def test_undeclared_oversize_is_refused_while_counting(client: httpx.AsyncClient) -> None:
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(1)
            yield b" " * 65_536

    answer = await client.post("/v1/complaints", content=endless(), headers=JSON)

    assert (answer.status_code, answer.json()["rule"]) == (413, "body_too_large")
    assert len(read) <= 6


@pytest.mark.parametrize("length", ["0x10", "-5", "1e9"])
async def test_odd_content_length_is_counted_not_believed(client: httpx.AsyncClient, length: str) -> None:
    headers = {**JSON, "content-length": length}
    answer = await client.post("/v1/complaints", content=b" " * 300_000, headers=headers)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"content-type": "text/plain"}, "media_type_unsupported"),
        ({"content-type": ""}, "media_type_unsupported"),
        ({"content-type": "application/json; charset=gb18030"}, "charset_unsupported"),
        ({"content-type": "application/json", "content-encoding": "gzip"}, "media_type_unsupported"),
    ],
)
async def test_other_media_types_are_refused(
    client: httpx.AsyncClient, headers: dict[str, str], rule: str
) -> None:
    answer = await client.post("/v1/complaints", content=json.dumps(GOOD), headers=headers)

    assert (415, rule) == (answer.status_code, answer.json()["rule"])


@pytest.mark.parametrize(
    "content_type", ["application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"']
)
async def test_utf8_may_be_said_in_any_spelling(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post(
        "/v1/complaints", content=json.dumps(GOOD), headers={"content-type": content_type}
    )

    assert answer.status_code == 201


async def test_plain_json_reading_gives_the_value(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/echo", json=[1, 2])

    assert answer.json()["kind"] == "list"
