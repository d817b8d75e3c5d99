"""Our services as processes of this machine: which there are, how each is started, and stopped."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from operate.errors import OperateError
from operate.settings import REPOSITORY
from operate.stack import child
from operate.stack.logs import last_lines
from operate.stack.ports import LOCALHOST
from operate.stack.state import Running

_READY_SECONDS = 60.0
_STOP_SECONDS = 25.0
_LOOK_AGAIN_SECONDS = 0.05
_ANSWER_SECONDS = 2.0
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service: its module, the port it likes best, and which of the shared secrets it may read.

    `own_keys` are keys that it has beside the hash and dead-letter key of every service, `certificate` the file of
    the key and certificate it signs with, `folders` what it puts files for others into (setting and name). One that
    `faces_customers` is told its own address.
    """

    name: str
    port: int
    shared_secrets: tuple[str, ...]
    own_keys: tuple[str, ...] = ()
    certificate: str | None = None
    folders: tuple[tuple[str, str], ...] = ()
    faces_customers: bool = False

    @property
    def module(self) -> str:
        """What `python -m` runs."""
        return f"services.{self.name}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The files of the keys it may read, its own and the shared ones."""
        return (f"{self.name}-hash.key", f"{self.name}-dead-letter.key", *self.own_keys, *self.shared_secrets)


SERVICES = (
    Service(
        name="intake",
        port=8101,
        shared_secrets=("person-master.key", "installation.key", "jwt-public.json"),
    ),
    Service(name="escalation", port=8102, shared_secrets=("person-master.key", "jwt-public.json")),
    Service(
        name="compensation",
        port=8103,
        shared_secrets=("person-master.key", "jwt-public.json"),
        own_keys=("vault.key", "customer-token.key"),
        certificate="company-signing.pem",
        folders=(("AMENDS_MAIL_FOLDER", "mail"), ("AMENDS_PAYMENT_FOLDER", "payments")),
        faces_customers=True,
    ),
    Service(name="blacklist", port=8104, shared_secrets=("person-master.key", "jwt-public.json")),
)


def migrate(service: Service, environment: Mapping[str, str], log: Path) -> None:
    """Bring the service's database to its present schema. Raises OperateError."""
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "-m", service.module, "migrate"],
            cwd=REPOSITORY,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode != 0:
        raise OperateError(
            f"{service.name} cannot bring its database up to date. It says: {last_lines(log)}",
            f"Read {log}; a database made by a newer version needs that version.",
        )


def launch(service: Service, environment: Mapping[str, str], log: Path) -> Running:
    """Start one process of the service, on the port its environment names."""
    command = [sys.executable, "-m", service.module, "run"]
    process = child.spawn(command, log=log, folder=REPOSITORY, environment=environment)
    return Running(child=process, port=int(environment["AMENDS_PORT"]))


def wait_ready(service: Service, running: Running, log: Path) -> None:
    """Wait until `/health/ready` says yes. Raises OperateError when the process ends instead, or takes too long."""
    deadline = time.monotonic() + _READY_SECONDS
    while not is_ready(running):
        if not running.alive or time.monotonic() > deadline:
            raise OperateError(
                f"{service.name} does not become ready. It says: {last_lines(log)}",
                f"Read {log}, and http://{LOCALHOST}:{running.port}/health/ready while it runs.",
            )
        time.sleep(_LOOK_AGAIN_SECONDS)


def is_ready(running: Running) -> bool:
    """Ask the process itself: another installation's may have taken the port in the instant it was looked for."""
    if running.child is None or not child.listens(running.child, running.port):
        return False
    with closing(HTTPConnection(LOCALHOST, running.port, timeout=_ANSWER_SECONDS)) as connection:
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == _OK
        except (OSError, HTTPException):
            return False


def stop(running: Running | None) -> None:
    """Ask the process to stop in good order, then kill it."""
    if running and running.child:
        child.stop(running.child, patience_seconds=_STOP_SECONDS)
