"""Sends lines to intake's door, several at a time; each line's answer is its own, and no line stops another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from operate.errors import OperateError
from operate.registering.lines import REMEDIES, Line

AT_ONCE: Final = 8
TRIES_MAX: Final = 6
_AGAIN_SECONDS: Final = 0.25
_ANSWER_SECONDS: Final = 30.0
_DOOR: Final = "/v1/complaints"
_UNAUTHORIZED, _FORBIDDEN, _SERVER_FAULT, _BAD_REQUEST = 401, 403, 500, 400


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Why a line was refused: which member, by which rule, and what to do. Never what the line says."""

    line: int
    field: str
    rule: str
    remedy: str


@dataclass(slots=True)
class Sent:
    """What became of the lines. `passed_over` counts members that the register does not know."""

    registered: int = 0
    known: int = 0
    refused_lines: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """How many lines have an answer."""
        return self.registered + self.known + self.refused_lines


@dataclass(frozen=True, slots=True)
class Door:
    """Where intake listens, the token to show, and the language its remedies shall be in."""

    url: str
    token: str = field(repr=False)
    language: str = "en"


async def send_all(door: Door, lines: Iterator[Line], told: Callable[[Sent], None]) -> Sent:
    """Send every line and tell after each how far it is.

    Raises OperateError when the door cannot be reached or does not take the token: sending the same file again
    is safe, since what is registered is then known already.
    """
    sent = Sent()
    headers = {
        "authorization": f"Bearer {door.token}",
        "content-type": "application/json",
        "accept-language": door.language,
    }
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=door.url, headers=headers, timeout=_ANSWER_SECONDS, limits=limits
    ) as client:
        await _all_senders(client, door, _Work(lines, sent, told))
    return sent


@dataclass(frozen=True, slots=True)
class _Work:
    lines: Iterator[Line]
    sent: Sent
    told: Callable[[Sent], None]


async def _all_senders(client: httpx.AsyncClient, door: Door, work: _Work) -> None:
    troubles: list[Exception] = []
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(_send_next(client, door, work))
    except* OperateError as found:
        troubles.extend(found.exceptions)
    # All senders meet the same closed door: one of them says so.
    if troubles:
        raise troubles[0]


async def _send_next(client: httpx.AsyncClient, door: Door, work: _Work) -> None:
    # All senders draw from the one iterator, so that a large file is never in memory.
    for line in work.lines:
        if line.body is None:
            english, chinese = REMEDIES[line.rule]
            work.sent.refused_lines += 1
            remedy = chinese if door.language == "zh" else english
            work.sent.refusals.append(Refusal(line.number, "", line.rule, remedy))
        else:
            _note(work.sent, line, await _answered(client, line.body, work.sent))
        work.told(work.sent)


async def _answered(client: httpx.AsyncClient, body: bytes, sent: Sent) -> httpx.Response:
    trouble = ""
    for attempt in range(TRIES_MAX):
        try:
            response = await client.post(_DOOR, content=body)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            trouble = type(error).__name__
        else:
            if response.status_code in {_UNAUTHORIZED, _FORBIDDEN}:
                _refuse_token(response)
            if response.status_code < _SERVER_FAULT:
                return response
            trouble = f"status {response.status_code}"
        await asyncio.sleep(_AGAIN_SECONDS * 2**attempt)
    raise OperateError(
        f"Intake at {client.base_url} does not answer ({trouble}); {sent.registered + sent.known} complaints are in.",
        "See that it runs, then send the same file again: what is registered is told as already known.",
    )


def _refuse_token(response: httpx.Response) -> None:
    said = _document(response)
    raise OperateError(
        f"The token may not register complaints: {said.get('rule', response.status_code)}.",
        str(said.get("remedy") or "Give a token of the platform or of staff with --token-file."),
    )


def _note(sent: Sent, line: Line, response: httpx.Response) -> None:
    said = _document(response)
    if response.status_code >= _BAD_REQUEST:
        sent.refused_lines += 1
        sent.refusals.extend(_refusals(line.number, said, response.status_code))
        return
    sent.passed_over.update(said.get("warnings", ()))
    if said.get("events"):
        sent.registered += 1
    else:
        sent.known += 1


def _refusals(line: int, said: Mapping[str, Any], status: int) -> Iterator[Refusal]:
    for fault in said.get("errors") or [said]:
        remedy = fault.get("remedy", "")
        # Some remedies send the reader to the detail: limits and allowed values, never what was sent.
        if "detail" in remedy:
            remedy = f"{remedy} {fault.get('detail', '')}"
        yield Refusal(line, fault.get("field", ""), fault.get("rule", f"status {status}"), remedy)


def _document(response: httpx.Response) -> Mapping[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
