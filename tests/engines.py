"""What fault tests do to the real engines: kill one without warning, bring it back on the same address."""

from __future__ import annotations

import dataclasses
import os
import signal
from typing import Literal

import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.group import LeaveGroupRequest

from operate.settings import read_settings
from operate.stack import child as processes
from operate.stack.home import Home
from operate.stack.local import Engines, start_engines
from operate.stack.state import Running, read_state

EngineName = Literal["kafka", "postgres"]


def running(engines: Engines, name: EngineName) -> Running:
    """The process of one of this run's own engines; skips the test when another's engine is used."""
    found = read_state(Home(engines.home).state_file).members.get(name)
    if found is None:
        pytest.skip(f"{name} is given from outside: a test may not kill it")
    return found


def kill(engines: Engines, name: EngineName) -> None:
    """End the engine as a power cut would; it is gone when this returns."""
    child = running(engines, name).child
    assert child is not None
    processes.kill([psutil.Process(child.pid)])


def freeze(engines: Engines, name: EngineName) -> None:
    """Stop the engine's main process in its tracks, connections open, until `thaw`."""
    child = running(engines, name).child
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)


def thaw(engines: Engines, name: EngineName) -> None:
    """Let a frozen engine go on."""
    child = running(engines, name).child
    assert child is not None
    os.kill(child.pid, signal.SIGCONT)


def revive(engines: Engines) -> None:
    """Start what was killed; clients find it where it was."""
    before = dataclasses.astuple(engines)
    after = start_engines(dataclasses.replace(read_settings(), home=engines.home))
    assert before == dataclasses.astuple(after)


async def forget_consumers(engines: Engines, group: str) -> None:
    """Have the broker forget a group's consumers that were killed, now and not when their session has run out."""
    admin = AIOKafkaAdminClient(**engines.access.options)
    await admin.start()
    try:
        ((*_, members),) = (await admin.describe_consumer_groups([group]))[0].groups
        node = await admin.find_coordinator(group)
        for member, *_ in members:
            await admin._send_request_to_node(node, LeaveGroupRequest(group, member))
    finally:
        await admin.close()
