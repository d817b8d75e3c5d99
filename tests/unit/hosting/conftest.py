from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog

from hosting.identity import TokenCheck, mint_token, new_signing_key
from hosting.logs import configure_logs
from tests.unit.hosting.sample import Sample

PRIVATE, PUBLIC = new_signing_key()

Mint = Callable[..., str]


@pytest.fixture
def mint() -> Mint:
    def minted(*roles: str, seconds: int = 60, desk: str | None = None, actor: str = "agent-7") -> str:
        return mint_token(PRIVATE, actor=actor, roles=roles or ("agent",), seconds=seconds, desk=desk)

    return minted


@pytest.fixture
def sample() -> Sample:
    return Sample(TokenCheck.from_jwk(PUBLIC))


@pytest.fixture
async def client(sample: Sample, mint: Mint) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=sample.app(), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {mint()}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sample", headers=headers) as client:
        yield client


class Lines(io.StringIO):
    """What was logged."""

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def ours(self) -> list[dict[str, Any]]:
        return [line for line in self.all() if line["event"] != "library_log"]

    def last(self) -> dict[str, Any]:
        return self.all()[-1]


@pytest.fixture(autouse=True)
def lines() -> Iterator[Lines]:
    """Yield the stream that the log lines of one test go to, and put the process's logging back afterwards."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    handlers, level = logging.root.handlers, logging.root.level
    stream = Lines()
    configure_logs(service="sample", stream=stream)
    yield stream
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()
