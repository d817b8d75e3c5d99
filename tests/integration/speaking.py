"""Speaks for compensation and blacklist on their topics, so that what the others make of it can be seen at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from contracts import flag, negotiation
from contracts.envelope import HeaderWriter
from contracts.message import Message
from tests.system.complaints import now, view
from tests.system.contacts import Sender
from tests.system.installation import until
from tests.system.people import People

SYSTEM: Final = {"actor": "compensation", "roles": ["system"]}
HASH: Final = "ab" * 32
SUM: Final = {"amount": "80.00", "currency": "GBP"}
DECIDED: Final[dict[str, tuple[type[Message], dict[str, Any]]]] = {
    "settled": (
        negotiation.Settled,
        {"sum": SUM, "document": HASH, "signed": HASH, "extract": HASH, "custody": []},
    ),
    "refused": (
        negotiation.Refused,
        {"refusal_class": "excessive", "strategy": "explain", "basis": "warranty-4", "appeal": "ombudsman"},
    ),
}


@dataclass(slots=True)
class Others:
    """Speaks as compensation and blacklist do: in order within a stream, under ids of the stream's own."""

    sender: Sender
    last: Counter[str] = field(default_factory=Counter)

    async def say(self, topic: str, stream: str, message: Message, *, times: int = 1) -> None:
        self.last[stream] += 1
        number = self.last[stream]
        headers = HeaderWriter(source="urn:amends:test").headers(
            event_id=f"{stream}@{number}",
            type_name=message.TYPE,
            schema_version=message.SCHEMA,
            subject=stream,
            sequence=number,
            time=now(),
            recorded_time=now(),
            correlation_id=stream,
        )
        value = message.model_dump_json().encode()
        for _ in range(times):
            await self.sender.send(topic, stream, value, headers)

    async def negotiate(
        self, one: str, person: str, kind: type[Message], *, times: int = 1, **fields: Any
    ) -> None:
        given = {"by": SYSTEM, "complaint": one, "person": person, "round": 1, **fields}
        stream = f"negotiation-{one}"
        await self.say(negotiation.TOPIC, stream, kind.model_validate(given), times=times)

    async def screen(self, one: str, person: str, *flags: flag.LiveFlag) -> None:
        message = flag.Screened.model_validate(
            {"by": SYSTEM, "complaint": one, "person": person, "flags": flags}
        )
        await self.say(flag.TOPIC, f"flag-{person}", message)


@dataclass(slots=True)
class Talk:
    """One complaint whose negotiation this test speaks for."""

    people: People
    others: Others
    one: str
    person: str

    async def goes(self, kind: type[Message], **fields: Any) -> None:
        await self.others.negotiate(self.one, self.person, kind, **fields)

    async def opens(self, **fields: Any) -> None:
        """Open a round and wait until intake has noted it."""
        await self.goes(negotiation.Opened, why="demand", harm_running=False, policy="p", **fields)
        await self.at("opened", **fields)

    async def decides(self, outcome: str, **fields: Any) -> None:
        kind, content = DECIDED[outcome]
        await self.goes(kind, **content, **fields)

    async def at(self, step_name: str, **wanted: Any) -> dict[str, Any]:
        """Wait until intake has noted this as the latest step, and return how it shows the talk."""

        async def so() -> dict[str, Any] | None:
            found: dict[str, Any] | None = (await view(self.people, self.one))["negotiation"]
            if found is None or found["step"] != step_name:
                return None
            return found if wanted.items() <= found.items() else None

        return await until(so, f"intake has noted {step_name} of {self.one}")
