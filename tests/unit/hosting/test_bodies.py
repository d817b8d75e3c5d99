from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from starlette.types import Message, Receive, Scope, Send

from hosting.bodies import BodyLimit, ClientGone
from hosting.faults import body_problem
from hosting.problems import Problem
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
    def unread() -> bytes:
        raise AssertionError("read")

    async def never_asked_for() -> AsyncIterator[bytes]:
        yield unread()

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


def posted(**headers: str) -> Scope:
    sent = {"content-type": "application/json", **headers}
    return {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in sent.items()]}


async def never(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("reached")


async def nothing(_message: Message) -> None:
    """Send into the void."""


async def test_body_that_dribbles_is_given_up() -> None:
    async def dribble() -> Message:
        await asyncio.sleep(0.02)  # a dribble: each piece in time, the whole never
        return {"type": "http.request", "body": b" ", "more_body": True}

    with pytest.raises(Problem) as refusal:
        await BodyLimit(never, seconds_max=0.1)(posted(**{"transfer-encoding": "chunked"}), dribble, nothing)

    assert (refusal.value.status, refusal.value.rule) == (408, "body_slow")


async def test_caller_that_hangs_up_reaches_no_handler() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientGone):
        await BodyLimit(never)(posted(**{"content-length": "10"}), gone, nothing)


async def test_handler_still_hears_of_a_hang_up_after_the_body() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"[", "more_body": True},
        {"type": "http.request", "body": b"]"},
        {"type": "http.disconnect"},
    ]
    heard: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def hearing(_scope: Scope, inner: Receive, _send: Send) -> None:
        heard.extend([await inner(), await inner()])

    await BodyLimit(hearing)(posted(**{"content-length": "2"}), receive, nothing)

    assert [message["type"] for message in heard] == ["http.request", "http.disconnect"]
    assert heard[0]["body"] == b"[]"


class CurrencyError(ValueError):
    """A validator's own refusal."""

    rule = "currency_unknown"


class Price(BaseModel):
    """A model whose validators bring their own rules."""

    currency: str = "CNY"
    amount: str = "1"

    @field_validator("currency")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != "CNY":
            raise CurrencyError(value)
        return value

    @field_validator("amount")
    @classmethod
    def _positive(cls, value: str) -> str:
        if value.startswith("-"):
            raise PydanticCustomError("amount_negative", "not told: {value}", {"value": value})
        if value == CANARY:
            raise ValueError(value)
        return value


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"currency": "XXX"}, "currency_unknown"),
        ({"amount": "-5"}, "amount_negative"),
        ({"amount": CANARY}, "field_invalid"),
    ],
)
def test_validator_may_bring_its_own_rule(body: dict[str, str], rule: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Price.model_validate(body)

    problem = body_problem(refusal.value.errors(include_url=False, include_input=False))
    assert (problem.rule, problem.field) == (rule, f"/{next(iter(body))}")
    assert problem.detail == ""


async def test_route_for_files_takes_any_media_type_that_is_named() -> None:
    heard: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"\x89PNG", "more_body": False}

    async def hearing(_scope: Scope, inner: Receive, _send: Send) -> None:
        heard.append((await inner())["body"])

    def sent(path: str, media_type: str) -> Scope:
        return {**posted(**{"content-length": "4", "content-type": media_type}), "path": path}

    door = BodyLimit(hearing, files=["/v1/things/{thing}/files"])
    await door(sent("/v1/things/7/files", "image/png; q=1"), receive, nothing)
    rules = []
    for path, media_type in [
        ("/v1/things/7/files", ""),
        ("/v1/things/7", "image/png"),
        ("/v1/things/7/8/files", "a/b"),
    ]:
        with pytest.raises(Problem) as refusal:
            await door(sent(path, media_type), receive, nothing)
        rules.append(refusal.value.rule)

    assert heard == [b"\x89PNG"]
    assert rules == ["media_type_missing", "media_type_unsupported", "media_type_unsupported"]
