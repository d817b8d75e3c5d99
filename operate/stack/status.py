"""How each member of a stack is: where it listens, which process it is, whether it serves."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from operate.settings import Settings
from operate.stack import kafka, postgres, services
from operate.stack.child import memory_bytes
from operate.stack.home import Home
from operate.stack.ports import LOCALHOST, is_open
from operate.stack.services import SERVICES
from operate.stack.state import Running, read_state

Condition: TypeAlias = Literal["running", "not ready", "stopped", "given"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One member. `given` means that its address comes from the environment and the stack does not run it."""

    name: str
    condition: Condition
    address: str = ""
    pid: int | None = None
    memory_bytes: int = 0
    up_seconds: int = 0


def status(settings: Settings) -> list[Status]:
    """Return every member of the stack, engines first. Never shows a password."""
    members = read_state(Home(settings.home).state_file).members
    found = [
        _given(kafka.NAME, settings.kafka)
        if settings.kafka
        else _own(kafka.NAME, f"{LOCALHOST}:", members.get(kafka.NAME)),
        _given(postgres.NAME, _host_of(settings.postgres))
        if settings.postgres
        else _own(postgres.NAME, f"{LOCALHOST}:", members.get(postgres.NAME)),
    ]
    return found + [_own(each.name, f"http://{LOCALHOST}:", members.get(each.name)) for each in SERVICES]


def _given(name: str, address: str) -> Status:
    return Status(name=name, condition="given", address=address)


def _own(name: str, place: str, running: Running | None) -> Status:
    if running is None or running.child is None or not running.alive:
        return Status(name=name, condition="stopped")
    serves = services.is_ready(running) if place.startswith("http") else is_open(running.port)
    return Status(
        name=name,
        condition="running" if serves else "not ready",
        address=f"{place}{running.port}",
        pid=running.child.pid,
        memory_bytes=memory_bytes(running.child),
        up_seconds=max(0, int(time.time() - running.child.started)),
    )


def _host_of(dsn: str) -> str:
    return urlsplit(dsn).netloc.rpartition("@")[2] or "by Unix socket"
