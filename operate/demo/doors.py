"""The public doors, as players and operators use them: HTTP with a token, nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from operate.demo.cast import Player, Tokens
from operate.errors import OperateError

TRIES_MAX: Final = 5
_AGAIN_SECONDS: Final = 0.2
_ANSWER_SECONDS: Final = 20.0
# The client looks through its idle connections at every request: few are faster than many.
_CONNECTIONS: Final = 8
_SERVER_FAULT: Final = 500
_BAD_REQUEST: Final = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door said, and how long it took."""

    status: int
    document: Mapping[str, Any]
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether it was done, or was so already."""
        return self.status < _BAD_REQUEST

    @property
    def rule(self) -> str:
        """The rule by which the door said no, empty where it did not."""
        return "" if self.is_well else str(self.document.get("rule", self.status))


class Doors:
    """The HTTP doors of one installation's services, by the service's name."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, str], tokens: Tokens) -> None:
        self._client = client
        self.addresses = addresses
        self._tokens = tokens

    async def post(
        self, player: Player, service: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Ask for something to be done. Raises OperateError when the service is in trouble."""
        return _read(await self._ask("POST", self._url(service, path), self._bearer(player), json=body))

    async def upload(self, player: Player, service: str, path: str, content: bytes) -> Answer:
        """Hand in a plain text as it is. Raises OperateError when the service is in trouble."""
        kind = {"content-type": "text/plain; charset=utf-8"}
        headers = {**self._bearer(player), **kind}
        return _read(await self._ask("POST", self._url(service, path), headers, content=content))

    async def post_with(
        self, token: str | None, service: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Ask with a token that a door gave, or with none. Raises OperateError when the service is in trouble."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return _read(await self._ask("POST", self._url(service, path), headers, json=body))

    async def get(self, player: Player, service: str, path: str) -> Mapping[str, Any]:
        """Return what there is to read. Raises OperateError when the service is in trouble or says no."""
        answer = _read(await self._ask("GET", self._url(service, path), self._bearer(player)))
        if not answer.is_well:
            raise _unshown(service, path, answer.rule)
        return answer.document

    async def get_file(self, player: Player, service: str, path: str) -> bytes:
        """Return a file's bytes. Raises OperateError when the service is in trouble or says no."""
        response, _ = await self._ask("GET", self._url(service, path), self._bearer(player))
        if response.status_code >= _BAD_REQUEST:
            raise _unshown(service, path, str(response.status_code))
        return response.content

    async def health(self, service: str) -> Mapping[str, Any]:
        """Return what the service says of its own readiness."""
        response = await self._client.get(f"{self.addresses[service]}/health/ready")
        found: Mapping[str, Any] = response.json()
        return found

    def _url(self, service: str, path: str) -> str:
        return f"{self.addresses[service]}{path}"

    def _bearer(self, player: Player) -> dict[str, str]:
        return {"authorization": f"Bearer {self._tokens.of(player)}"}

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], **sent: Any
    ) -> tuple[httpx.Response, float]:
        trouble = ""
        for attempt in range(TRIES_MAX):
            began = time.perf_counter()
            try:
                response = await self._client.request(method, url, headers=headers, **sent)
            except httpx.TransportError as error:
                trouble = type(error).__name__
            else:
                if response.status_code < _SERVER_FAULT:
                    return response, time.perf_counter() - began
                trouble = f"status {response.status_code}"
            # It may be busy or just starting; doing the same twice changes nothing.
            await asyncio.sleep(_AGAIN_SECONDS * 2**attempt)
        raise OperateError(
            f"{method} {url} failed {TRIES_MAX} times: {trouble}.",
            "Read the service's log in logs/ of the demo.",
        )


def _read(answered: tuple[httpx.Response, float]) -> Answer:
    response, seconds = answered
    return Answer(response.status_code, response.json(), seconds)


def _unshown(service: str, path: str, rule: str) -> OperateError:
    return OperateError(f"{service} refused to show {path}: {rule}.", "Please report this.")


@asynccontextmanager
async def open_doors(addresses: Mapping[str, str], tokens: Tokens) -> AsyncIterator[Doors]:
    """Open the doors, with a bounded number of connections."""
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    async with httpx.AsyncClient(timeout=_ANSWER_SECONDS, limits=limits, trust_env=False) as client:
        yield Doors(client, addresses, tokens)
