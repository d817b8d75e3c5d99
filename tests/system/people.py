"""Who works with an installation in tests, and how each speaks to it: over HTTP, with a token of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from hosting.identity import mint_token
from tests.support.plain import NO_AUTHORITIES
from tests.system.installation import DECLARED, LiveInstallation

# What the paths of each service begin with; operations have the same path everywhere.
DOORS: Final = {
    "intake": ("/v1/complaints",),
    "escalation": ("/v1/escalations", "/v1/groups"),
    "compensation": ("/v1/negotiations", "/v1/payments", "/v1/signing", "/sign"),
    "blacklist": ("/v1/flags", "/v1/screenings"),
}
TOKEN_SECONDS: Final = 600
ANSWER_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Who:
    """An actor with the desk it sits at and the roles it holds."""

    actor: str
    roles: tuple[str, ...]
    desk: str | None = None


AGENT: Final = Who("agent-1", ("agent",), "front")
OTHER_AGENT: Final = Who("agent-2", ("agent",), "front")
VISITOR: Final = Who("visitor-1", ("agent",), "visits")
CARE_SENIOR: Final = Who("senior-1", ("senior",), "care")
OTHER_CARE_SENIOR: Final = Who("senior-2", ("senior",), "care")
URGENT_LEAD: Final = Who("lead-1", ("lead",), "urgent")
GROUPS_MANAGER: Final = Who("manager-3", ("manager",), "groups")
CARE_MANAGER: Final = Who("manager-1", ("manager",), "care")
PLATFORM: Final = Who("platform-1", ("platform",))
OPERATOR: Final = Who("operator-1", ("operator",))


def customer(person: str) -> Who:
    """Return a customer as a token for one person names them."""
    return Who(person, ("customer",))


@dataclass(slots=True)
class People:
    """The HTTP doors of an installation. A path tells the service; operations name it."""

    installation: LiveInstallation
    clients: Mapping[str, httpx.AsyncClient]
    _tokens: dict[Who, str] = field(default_factory=dict)

    async def ask(
        self,
        who: Who,
        method: str,
        path: str,
        *,
        body: Any = None,
        service: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the answer, whatever it is."""
        client = self.clients[service or service_of(path)]
        sent = {"authorization": f"Bearer {self.token(who)}", **(headers or {})}
        return await client.request(method, path, json=body, headers=sent)

    async def post(
        self, who: Who, path: str, body: Any = None, *, service: str | None = None
    ) -> dict[str, Any]:
        """Return what a command that goes well is answered."""
        answer = await self.ask(who, "POST", path, body=body, service=service)
        assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, who: Who, path: str, *, service: str | None = None) -> dict[str, Any]:
        """Return what a question that goes well is answered."""
        answer = await self.ask(who, "GET", path, service=service)
        assert answer.is_success, f"GET {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def token(self, who: Who) -> str:
        if who not in self._tokens:
            self._tokens[who] = self.mint(who)
        return self._tokens[who]

    def mint(self, who: Who, seconds: int = TOKEN_SECONDS, key: str | None = None) -> str:
        """Return a fresh token, of this installation's signing key unless another is given."""
        key = key or self.installation.prepared.private_token_key
        return mint_token(key, actor=who.actor, roles=who.roles, desk=who.desk, seconds=seconds)


def service_of(path: str) -> str:
    """Return whose door a path is."""
    (found,) = (name for name, beginnings in DOORS.items() if path.startswith(beginnings))
    return found


@asynccontextmanager
async def people_at(installation: LiveInstallation, **chosen: int) -> AsyncIterator[People]:
    """Open the doors; `chosen` says which process of a service is spoken to where it is not the first."""
    async with AsyncExitStack() as stack:
        clients = {}
        for name in DECLARED:
            address = installation.instances[name][chosen.get(name, 0)].address
            client = httpx.AsyncClient(base_url=address, timeout=ANSWER_SECONDS, verify=NO_AUTHORITIES)
            clients[name] = await stack.enter_async_context(client)
        yield People(installation, clients)
