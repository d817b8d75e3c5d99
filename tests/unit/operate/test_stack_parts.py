"""The small parts of the local stack: state, ports, secrets, addresses."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from pathlib import Path

import psutil
import pytest
import stamina
from aiokafka.errors import BrokerNotAvailableError

from operate.errors import OperateError
from operate.stack import unprivileged
from operate.stack.child import Child, is_alive, spawn, stop
from operate.stack.databases import dsn_of
from operate.stack.home import Home
from operate.stack.logs import last_lines
from operate.stack.ports import LOCALHOST, free_port, is_open
from operate.stack.secret_files import secret_file
from operate.stack.services import is_ready
from operate.stack.state import Running, StackState, read_state, write_state
from operate.stack.topics import brokers_are_told


def test_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    state = StackState().with_member("kafka", Running(child=Child(pid=7, started=1.5), port=9092))
    write_state(tmp_path / "stack.json", state)

    assert read_state(tmp_path / "stack.json") == state


@pytest.mark.parametrize("content", ["", '{"members": {"kafka"', '{"members": 7}', '{"other": 1}'])
def test_a_torn_state_is_an_empty_stack(tmp_path: Path, content: str) -> None:
    (tmp_path / "stack.json").write_text(content, encoding="utf-8")

    assert read_state(tmp_path / "stack.json") == StackState()


def test_a_stranger_with_the_same_process_id_is_not_ours() -> None:
    ours = Running(child=Child(pid=os.getpid(), started=1.0), port=1)

    assert not ours.alive


def test_a_taken_port_is_not_given_again() -> None:
    with socket.socket() as holder:
        holder.bind((LOCALHOST, 0))
        holder.listen()
        taken = int(holder.getsockname()[1])

        assert is_open(taken)
        assert free_port(taken) != taken


def test_a_free_port_is_kept() -> None:
    port = free_port()

    assert not is_open(port)
    assert free_port(port) == port


def test_a_port_is_named_once_though_nobody_listens_there_yet() -> None:
    ports = [free_port() for _ in range(200)]

    assert len(set(ports)) == len(ports)
    with socket.socket() as quicker, pytest.raises(OSError, match="in use"):
        quicker.bind((LOCALHOST, ports[0]))


def test_who_is_told_a_port_listens_there_again_and_again() -> None:
    port = free_port()

    for _ in range(2):
        with socket.create_server((LOCALHOST, port)):
            assert is_open(port)
        assert not is_open(port)


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "hash.key"

    assert secret_file(path, lambda: "first") == "first"
    assert secret_file(path, lambda: "second") == "first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("postgresql://postgres:pw@127.0.0.1:5/postgres", "postgresql://postgres:pw@127.0.0.1:5/other"),
        (
            "postgresql://postgres@/postgres?host=/run/x&port=5",
            "postgresql://postgres@/other?host=/run/x&port=5",
        ),
    ],
)
def test_another_database_is_on_the_same_server(base: str, expected: str) -> None:
    assert dsn_of(base, "other") == expected


def test_a_password_with_odd_signs_survives_in_a_dsn() -> None:
    dsn = dsn_of("postgresql://a:b@db:5/postgres", "intake", role="intake", password="p@ss/w")

    assert dsn == "postgresql://intake:p%40ss%2Fw@db:5/intake"


def test_a_home_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(OperateError) as caught:
        Home(tmp_path / "file" / "home").create()

    assert "AMENDS_HOME" in caught.value.remedy


def test_an_error_quotes_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("one\ntwo\nthree\nfour\n", encoding="utf-8")

    assert last_lines(log) == "two | three | four"
    assert last_lines(tmp_path / "none.log") == "nothing"


def test_an_ordinary_user_starts_postgresql_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert unprivileged.as_owner(["postgres", "-D", "data"], reads=[]) == ["postgres", "-D", "data"]


def test_root_starts_postgresql_as_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    hidden = unprivileged.as_owner(["postgres"], reads=[tmp_path / "postgres"])
    open_to_all = unprivileged.as_owner(["postgres"], reads=[Path("/postgres")])

    assert hidden[-2:] == ["yes", "postgres"]
    assert open_to_all[-2:] == ["no", "postgres"]


async def test_a_cluster_is_awaited_until_it_names_a_broker() -> None:
    answers: list[dict[str, object]] = [{"brokers": []}, {"brokers": []}, {"brokers": [{"node_id": 1}]}]

    async def describe_cluster() -> dict[str, object]:
        return answers.pop(0)

    await brokers_are_told(describe_cluster)

    assert not answers


async def test_a_cluster_that_never_names_a_broker_is_given_up() -> None:
    async def describe_cluster() -> dict[str, object]:
        return {"brokers": []}

    with stamina.set_testing(testing=True), pytest.raises(BrokerNotAvailableError):
        await brokers_are_told(describe_cluster)


async def test_who_was_quicker_at_the_port_is_not_taken_for_our_service(tmp_path: Path) -> None:
    async def ready(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(ready, LOCALHOST, 0) as stranger:
        port = int(stranger.sockets[0].getsockname()[1])
        this = Child(pid=os.getpid(), started=psutil.Process().create_time())
        command = [sys.executable, "-c", "import signal; signal.pause()"]
        waiting = spawn(command, log=tmp_path / "log", folder=tmp_path)

        assert await asyncio.to_thread(is_ready, Running(child=this, port=port))
        assert not await asyncio.to_thread(is_ready, Running(child=waiting, port=port))
        assert is_alive(waiting)

        stop(waiting, patience_seconds=5)
