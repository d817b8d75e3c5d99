"""What a request leaves in the log: one line, found again by its id, without what was sent."""

from __future__ import annotations

import json

import httpx
import pytest

from hosting.logs import configure_logs
from hosting.metrics import Metrics
from tests.unit.hosting.conftest import Lines
from tests.unit.hosting.sample import CANARY, Sample

PHONE = "13800138000"
MAIL = "li.wei@example.com"


@pytest.fixture(autouse=True)
def configured(lines: Lines) -> None:
    configure_logs(service="sample", stream=lines, metrics=Metrics("sample"))


async def test_request_is_one_line_without_address_or_body(lines: Lines, client: httpx.AsyncClient) -> None:
    answer = await client.post(
        f"/v1/complaints/{PHONE}/close?name={CANARY}", headers=[("x-note", "li.wei@example.com")]
    )

    (line,) = lines.ours()
    assert (
        line["event"],
        line["method"],
        line["route"],
        line["status"],
    ) == ("request", "POST", "/v1/complaints/{complaint}/close", 422)
    assert answer.headers["x-request-id"] == line["request_id"]
    assert line["seconds"] >= 0
    assert PHONE not in lines.getvalue()


async def test_failure_is_found_by_the_instance_of_its_problem(
    lines: Lines, client: httpx.AsyncClient
) -> None:
    answer = await client.get("/v1/failures/bug")

    failure, request = lines.ours()
    assert (
        failure["event"],
        failure["exception"]["type"],
        request["status"],
    ) == ("unexpected_failure", "KeyError", 500)
    assert answer.json()["instance"] == f"urn:amends:request:{failure['request_id']}"
    assert CANARY not in lines.getvalue()


async def test_wrong_body_leaves_no_trace_of_itself(lines: Lines, client: httpx.AsyncClient) -> None:
    body = {"narrative": 5, "received": CANARY, PHONE: MAIL}

    await client.post("/v1/complaints", json=body)
    await client.post(
        "/v1/complaints", content=json.dumps(body)[:-3], headers={"content-type": "application/json"}
    )

    assert len(lines.ours()) == 2
    for canary in (CANARY, PHONE, MAIL, "王小明"):
        assert canary not in lines.getvalue()


async def test_callers_request_id_is_kept_only_if_it_is_a_uuid(
    lines: Lines, client: httpx.AsyncClient
) -> None:
    own = "7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11"

    kept = await client.get("/v1/nowhere", headers={"x-request-id": own})
    replaced = await client.get("/v1/nowhere", headers={"x-request-id": PHONE})

    assert own == kept.headers["x-request-id"]
    assert PHONE not in replaced.headers["x-request-id"]


async def test_health_and_numbers_are_asked_without_a_line(lines: Lines, client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready", "/metrics"):
        await client.get(path)

    assert lines.ours() == []


async def test_start_that_fails_is_told_without_values(lines: Lines, sample: Sample) -> None:
    sample.fails_to_start = True
    app = sample.app()

    with pytest.raises(ConnectionRefusedError):
        async with app.router.lifespan_context(app):
            pass

    assert (
        lines.last()["event"],
        lines.last()["exception"]["type"],
    ) == ("start_or_stop_failed", "ConnectionRefusedError")
    assert CANARY not in lines.getvalue()
