"""The checkers are checked: each planted fault is caught, and what only looks like it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import dedent

import pytest

from tests.architecture import checks
from tests.architecture.source import Module, module_of

Check = Callable[[Module], Iterator[str]]


def sql_in_python(module: Module) -> Iterator[str]:
    return checks.sql_in_python(module, {"_QUOTED": "the server quotes names"})


PLANTED = {
    "a long file": (checks.long_files, "\n" * 301),
    "a long function": (checks.long_functions, "def f():\n" + "    x = 1\n" * 60),
    "five positional parameters": (checks.many_positionals, "def f(a, b, c, d, e): ..."),
    "four levels": (
        checks.deep_nesting,
        """
        async def f(a):
            for b in a:
                async with b:
                    try:
                        pass
                    except ValueError:
                        if b:
                            pass
        """,
    ),
    "a name that says nothing": (checks.forbidden_names, "class SessionManager: ..."),
    "a verb that says nothing": (checks.forbidden_names, "def process_all(): ..."),
    "the time": (checks.impurities, "from datetime import datetime\nx = datetime.now()"),
    "chance": (checks.impurities, "from random import choice"),
    "a file": (checks.impurities, "x = open('policy.toml')"),
    "waiting": (checks.impurities, "async def f(): ..."),
    "the engine's clock": (checks.impurities, "from eventlog.clock import Clock"),
    "a statement": (sql_in_python, "x = 'SELECT position FROM eventlog.events'"),
    "a statement over lines": (sql_in_python, "x = '''\n    INSERT INTO events VALUES ($1)'''"),
    "a statement put together": (sql_in_python, "x = f'DELETE FROM {table}'"),
    "a silent subscriber": (checks.silent_subscribers, "broker.subscriber('topic', batch=True)"),
    "a mock": (checks.mocks, "from unittest.mock import Mock"),
    "a mocker": (checks.mocks, "def test_x(mocker): ..."),
    "a wait on luck": (checks.unexplained_sleeps, "import time\ntime.sleep(2)"),
}
INNOCENT = {
    "a file at its limit": (checks.long_files, "\n" * 300),
    "keywords": (checks.many_positionals, "def f(a, b, c, d, *, e, g): ..."),
    "a signature that is another's": (checks.many_positionals, "@override\ndef f(a, b, c, d, e): ..."),
    "elif": (
        checks.deep_nesting,
        """
        def f(a):
            for b in a:
                if b:
                    pass
                elif a:
                    pass
                elif b:
                    with a:
                        pass
        """,
    ),
    "a word within a word": (checks.forbidden_names, "def applied(): ...\nclass Processor: ..."),
    "English": (sql_in_python, "x = 'With the key gone nothing opens'"),
    "an excepted constant": (sql_in_python, "_QUOTED = 'SELECT current_user'"),
    "a subscriber that speaks": (checks.silent_subscribers, "broker.subscriber('topic', ack_policy=NACK)"),
    "a wait with its reason": (checks.unexplained_sleeps, "time.sleep(2)  # the block lasts one second"),
    "a reason above": (checks.unexplained_sleeps, "# the block lasts one second\ntime.sleep(2)"),
    "a pause between two looks": (checks.unexplained_sleeps, "while not found():\n    time.sleep(0.1)"),
    "a turn for others": (checks.unexplained_sleeps, "await asyncio.sleep(0)"),
}


@pytest.mark.parametrize(("check", "text"), PLANTED.values(), ids=PLANTED)
def test_planted_fault_is_found(check: Check, text: str) -> None:
    assert list(check(module_of("services/x/domain/y.py", dedent(text))))


@pytest.mark.parametrize(("check", "text"), INNOCENT.values(), ids=INNOCENT)
def test_what_only_looks_like_a_fault_is_left_alone(check: Check, text: str) -> None:
    assert list(check(module_of("services/x/domain/y.py", dedent(text)))) == []


def test_kernel_files_are_shorter() -> None:
    assert list(checks.long_files(module_of("eventlog/log.py", "\n" * 251)))
