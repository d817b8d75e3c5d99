"""The hosting door as a process: real sockets, real signals, real exit statuses."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hosting.identity import TokenCheck, mint_token, new_signing_key
from hosting.logs import configure_logs
from hosting.serve import EXIT_FAILED, EXIT_STOPPED, Listening, run, serve
from hosting.watchdog import EXIT_OVERDUE
from operate.stack.ports import free_port
from tests.support.plain import NO_AUTHORITIES
from tests.unit.hosting.sample import CANARY, Sample

ROOT = Path(__file__).parents[2]
PRIVATE, PUBLIC = new_signing_key()
HOST = "127.0.0.1"
GOOD = {"narrative": "The tap drips.", "received": "2026-03-01T09:30:00+08:00"}
JSON = {"content-type": "application/json"}


def headers(*roles: str, seconds: int = 60) -> dict[str, str]:
    token = mint_token(PRIVATE, actor="agent-7", roles=roles or ("agent",), seconds=seconds)
    return {"authorization": f"Bearer {token}"}


async def up(client: httpx.AsyncClient) -> None:
    """Wait until the service answers."""
    for _ in range(100):
        try:
            await client.get("/health/live")
        except httpx.ConnectError:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("the service did not come up")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Serve the sample in this process until the test is over, then stop it by SIGTERM."""
    sample, port = Sample(TokenCheck.from_jwk(PUBLIC)), free_port()
    listening = Listening(host=HOST, port=port)
    serving = asyncio.create_task(serve(sample.app(), listening, sample.life, lambda: None))
    address = f"http://{HOST}:{port}"
    async with httpx.AsyncClient(base_url=address, headers=headers(), verify=NO_AUTHORITIES) as client:
        await up(client)
        yield client
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(serving, timeout=10) == EXIT_STOPPED
    assert sample.steps == ["started", "stopped"]


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    ("request_parts", "expected"),
    [
        ({"json": {}}, (422, "body_invalid", "body")),
        ({"json": {**GOOD, "received": "2026-03-01T09:30:00"}}, (422, "time_without_zone", "/received")),
        ({"json": {**GOOD, "purchases": "5"}}, (422, "number_expected", "/purchases")),
        ({"json": {**GOOD, "asked": [{"kind": "x"}]}}, (422, "value_unknown", "/asked/0/kind")),
        (
            {"json": {**GOOD, "asked": [{"kind": "fix", "amount": 1.5}]}},
            (422, "text_expected", "/asked/0/amount"),
        ),
        ({"content": b" " * 300 * 1024, "headers": JSON}, (413, "body_too_large", "body")),
        ({"content": deep(33), "headers": JSON}, (400, "too_deep", "body")),
        ({"content": b'{"narrative": "\\u0000"}', "headers": JSON}, (400, "nul_character", "body")),
        (
            {"content": "{}", "headers": {"content-type": "application/json; charset=gbk"}},
            (415, "charset_unsupported", "header:content-type"),
        ),
        (
            {"content": "{}", "headers": {"content-type": "text/xml"}},
            (415, "media_type_unsupported", "header:content-type"),
        ),
        (
            {"json": GOOD, "headers": {"authorization": "none"}},
            (401, "token_missing", "header:authorization"),
        ),
        (
            {"json": GOOD, "headers": {"authorization": "Bearer x.y.z"}},
            (401, "token_invalid", "header:authorization"),
        ),
        ({"json": GOOD, "headers": headers(seconds=-60)}, (401, "token_expired", "header:authorization")),
        (
            {"json": GOOD, "headers": {"idempotency-key": "a b"}},
            (400, "idempotency_key_malformed", "header:idempotency-key"),
        ),
    ],
)
async def test_bad_input_is_a_problem_and_the_process_lives(
    client: httpx.AsyncClient, request_parts: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    answer = await client.post("/v1/complaints", **request_parts)
    afterwards = await client.post("/v1/complaints", json=GOOD)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["rule"], problem.get("field")) == expected
    assert problem["title"]
    assert problem["remedy"]
    assert afterwards.status_code == 201


async def test_oversize_without_declared_length_is_refused(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65_536

    answer = await client.post("/v1/complaints", content=chunks(), headers=JSON)

    assert (answer.status_code, answer.json()["rule"]) == (413, "body_too_large")


async def test_role_that_may_not_is_forbidden(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/complaints/7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11/close")

    assert (answer.status_code, answer.json()["rule"]) == (403, "role_missing")


async def test_caller_that_hangs_up_leaves_the_service_well(client: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port or 0)
    writer.write(
        b"POST /v1/complaints HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{"
    )
    await writer.drain()
    writer.close()

    assert (await client.get("/health/live")).status_code == 200
    assert await reader.read() == b""


async def test_port_in_use_is_told_and_fails() -> None:
    sample = Sample(TokenCheck.from_jwk(PUBLIC))
    with socket.create_server((HOST, 0)) as taken:
        listening = Listening(host=HOST, port=taken.getsockname()[1])

        assert await serve(sample.app(), listening, sample.life, lambda: None) == EXIT_FAILED
    assert sample.steps == []


class Process:
    """The sample as a process of its own."""

    def __init__(self, child: subprocess.Popen[str], port: int) -> None:
        self.child = child
        self.address = f"http://{HOST}:{port}"

    def ended(self) -> tuple[int, list[dict[str, Any]], str]:
        """Return exit status, log lines and what went to standard error."""
        out, err = self.child.communicate(timeout=15)
        return self.child.returncode, [json.loads(line) for line in out.splitlines()], err

    def ask(self, path: str) -> int:
        """Return the status of a GET, waiting for the service to come up."""
        for _ in range(200):
            try:
                return httpx.get(self.address + path, timeout=10).status_code
            except httpx.ConnectError:
                time.sleep(0.05)
        raise AssertionError("the service did not come up")


@contextmanager
def process(*flags: str) -> Iterator[Process]:
    port = free_port()
    command = [sys.executable, "-m", "tests.integration.test_hosting", str(port), *flags]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            yield Process(child, port)
        finally:
            child.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_lets_a_request_finish_and_ends_in_good_order(number: signal.Signals) -> None:
    with process() as service:
        service.ask("/health/live")
        statuses: list[int] = []
        asking = threading.Thread(target=lambda: statuses.append(service.ask("/v1/failures/slow")))
        asking.start()
        time.sleep(0.2)  # the request takes half a second: the signal must meet it in flight
        service.child.send_signal(number)
        asking.join(timeout=10)
        exit_status, lines, stderr = service.ended()

    assert (exit_status, statuses, stderr) == (EXIT_STOPPED, [200], "")
    events = [line["event"] for line in lines if line["event"] not in {"library_log", "request"}]
    assert events == ["listening", "stopping", "stopped"]


def test_declared_death_ends_the_process_with_a_failure() -> None:
    with process("dies") as service:
        exit_status, lines, _ = service.ended()

    assert exit_status == EXIT_FAILED
    assert {"declared_dead", "stopping", "stopped"} <= {line["event"] for line in lines}


def test_start_that_fails_is_a_failure_told_without_values() -> None:
    with process("fails") as service:
        exit_status, lines, stderr = service.ended()

    assert exit_status == EXIT_FAILED
    assert "start_or_stop_failed" in {line["event"] for line in lines}
    assert CANARY not in json.dumps(lines, ensure_ascii=False) + stderr


def test_loop_that_stands_still_is_told_within_a_second() -> None:
    with process("blocks") as service:
        service.ask("/health/live")
        time.sleep(2.5)  # the block lasts 1.5 s, and its end must be seen as well
        service.child.send_signal(signal.SIGTERM)
        exit_status, lines, _ = service.ended()

    (alarm,) = [line for line in lines if line["event"] == "event_loop_blocked"]
    assert exit_status == EXIT_STOPPED
    assert alarm["seconds"] < 1.0
    assert alarm["place"].endswith("block")


def test_stop_that_takes_too_long_is_cut_off() -> None:
    with process("hangs") as service:
        service.ask("/health/live")
        started = time.monotonic()
        service.child.send_signal(signal.SIGTERM)
        exit_status, lines, _ = service.ended()

    assert exit_status == EXIT_OVERDUE
    assert time.monotonic() - started < 5
    assert lines[-1]["event"] == "stop_overdue"


def block() -> None:
    time.sleep(1.5)  # holding the loop is what is tested


def main(port: str, flag: str = "") -> int:
    """Run the sample as a service process would."""
    sample = Sample(TokenCheck.from_jwk(PUBLIC), fails_to_start=flag == "fails")
    sample.at_start = {
        "dies": lambda: sample.life.declare_dead("consumer", "stuck with lag"),
        "blocks": lambda: asyncio.get_running_loop().call_later(0.7, block),
    }.get(flag)
    sample.hangs_at_stop = flag == "hangs"
    configure_logs(service="sample", metrics=sample.metrics)
    stop_seconds = 1.0 if flag == "hangs" else 10.0
    listening = Listening(host=HOST, port=int(port), stop_seconds=stop_seconds)
    return run(sample.app(), listening, sample.life, lambda: sample.metrics.count("loop_blocks_total"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
