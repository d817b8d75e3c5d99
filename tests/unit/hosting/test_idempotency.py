from __future__ import annotations

import httpx
import pytest

from eventlog.message import By
from hosting.idempotency import command_id
from hosting.problems import Problem
from tests.unit.hosting.conftest import Mint

WEI, ANNA = By(actor="agent-7"), By(actor="agent-8")
ROUTE = "POST /v1/complaints"


def test_same_key_of_the_same_caller_is_one_command() -> None:
    assert command_id(WEI, ROUTE, "k-1") == command_id(WEI, ROUTE, "k-1")


def test_quotation_marks_do_not_matter() -> None:
    assert command_id(WEI, ROUTE, "k-1") == command_id(WEI, ROUTE, ' "k-1" ')


def test_key_counts_per_caller_and_route() -> None:
    ids = {command_id(WEI, ROUTE, "k"), command_id(ANNA, ROUTE, "k"), command_id(WEI, "POST /v1/other", "k")}

    assert len(ids) == 3


def test_without_a_key_every_command_is_new() -> None:
    assert command_id(WEI, ROUTE, None) != command_id(WEI, ROUTE, None)


@pytest.mark.parametrize("key", ["", '""', " ", "a b", "键", 'a"b', "x" * 129, "a\\b", "a\tb"])
def test_key_that_is_no_plain_text_is_refused(key: str) -> None:
    with pytest.raises(Problem) as refusal:
        command_id(WEI, ROUTE, key)

    assert (refusal.value.status, refusal.value.rule) == (400, "idempotency_key_malformed")


async def test_request_repeated_with_its_key_is_the_same_command(
    client: httpx.AsyncClient, mint: Mint
) -> None:
    body = {"narrative": "The tap drips.", "received": "2026-03-01T09:30:00Z"}
    key = {"idempotency-key": "order-4711"}
    other = {**key, "authorization": f"Bearer {mint(actor='agent-8')}"}

    first, again, by_another = [
        (await client.post("/v1/complaints", json=body, headers=headers)).json()["command"]
        for headers in (key, key, other)
    ]

    assert first == again
    assert first != by_another
