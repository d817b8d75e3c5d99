"""A small service behind the hosting door: what the composition root of a real one does, in thirty lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import AwareDatetime, BaseModel, Field

from contracts.strict_json import BadBody, parse_json
from eventlog.decider import Refused
from eventlog.errors import Unavailable
from eventlog.message import By
from hosting.app import service_app
from hosting.bodies import BodyReader, body_as, json_body
from hosting.health import Health, Life, Probe
from hosting.idempotency import request_command_id
from hosting.identity import TokenCheck, caller, require_role
from hosting.metrics import Metrics
from hosting.openapi import documented_body
from hosting.problems import RefusalTexts

CANARY = "王小明 13800138000"

REFUSALS = """
[owner_only]
title_en = "Only the owner may do that"
title_zh = "仅限负责人操作"
remedy_en = "Ask the owner."
remedy_zh = "请联系负责人。"
status = 403

[already_closed]
title_en = "The complaint is closed"
title_zh = "投诉已关闭"
remedy_en = "Reopen it first."
remedy_zh = "请先重新打开。"
""".encode()


class Asked(BaseModel):
    """What the customer asks for."""

    kind: Literal["refund", "fix"]
    amount: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]{1,2})?$")] | None = None


class Register(BaseModel):
    """A small register."""

    narrative: Annotated[str, Field(min_length=1, max_length=200)]
    received: AwareDatetime
    purchases: int = 0
    in_use_since: date | None = None
    asked: list[Asked] = []


Caller = Annotated[By, Depends(caller)]


def routes() -> APIRouter:
    """Return the sample's routes."""
    router = APIRouter(prefix="/v1")

    @router.post("/complaints", status_code=201, openapi_extra=documented_body(Register))
    async def register(
        request: Request, by: Caller, body: Annotated[Register, Depends(body_as(Register))]
    ) -> dict[str, Any]:
        command = request_command_id(request, by)
        return {"command": str(command), "purchases": body.purchases, "actor": by.actor}

    @router.post("/echo")
    async def echo(by: Caller, body: Annotated[Any, Depends(json_body)]) -> dict[str, Any]:
        return {"actor": by.actor, "kind": type(body).__name__}

    @router.post("/complaints/{complaint}/close")
    async def close(complaint: UUID, by: Caller) -> None:
        require_role(by, "manager", "executive")
        raise Refused("already_closed", "it was closed before")

    @router.get("/failures/{kind}")
    async def failing(kind: str, limit: int = 10) -> None:
        if kind == "slow":
            await asyncio.sleep(0.5)  # a request that a stop meets in flight
            return
        raise {
            "owner": Refused("owner_only"),
            "unworded": Refused("never_worded"),
            "store": Unavailable("the database does not answer"),
            "bug": KeyError(CANARY),
        }[kind]

    return router


@dataclass
class Sample:
    """The sample's parts, for tests to look into."""

    tokens: TokenCheck
    probes: Sequence[Probe] = ()
    fails_to_start: bool = False
    hangs_at_stop: bool = False
    at_start: Callable[[], object] | None = None
    metrics: Metrics = field(default_factory=lambda: Metrics("sample"))
    life: Life = field(default_factory=Life)
    steps: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        """Build the application as a composition root would."""
        return service_app(
            "Sample",
            "1",
            routers=[routes()],
            lifespan=self._lifespan,
            tokens=self.tokens,
            bodies=BodyReader(parse_json, BadBody),
            texts=RefusalTexts.from_toml(REFUSALS),
            metrics=self.metrics,
            health=Health(self.life, self.probes, probe_seconds_max=0.1),
        )

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        if self.fails_to_start:
            raise ConnectionRefusedError(CANARY)
        self.steps.append("started")
        if self.at_start is not None:
            self.at_start()
        yield
        if self.hangs_at_stop:
            await asyncio.sleep(60)  # far beyond what a stop may take
        self.steps.append("stopped")
