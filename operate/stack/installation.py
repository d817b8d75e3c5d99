"""One installation on the engines: its secrets, databases and topics. Repeating the preparation changes nothing."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contracts.topics import all_topics
from hosting.identity import new_signing_key
from operate.settings import own_environment
from operate.stack.databases import ensure_owned_database
from operate.stack.local import Engines
from operate.stack.ports import LOCALHOST
from operate.stack.progress import Silent, Watcher
from operate.stack.secret_files import secret_file
from operate.stack.services import SERVICES, Service
from operate.stack.topics import LOCAL_PARTITIONS, ensure_topics
from services.compensation.settlement.signing import new_signing_certificate

PRIVATE_TOKEN_KEY = "jwt-private.json"  # noqa: S105 - a file name
PUBLIC_TOKEN_KEY = "jwt-public.json"  # noqa: S105 - a file name
_KEY_STORE = "keys"
_KEY_BYTES = 32
_SHARED_KEYS = ("person-master.key", "installation.key")
_PRIVATE_MEMBER = "d"
# Whom the development certificate names: agreements of a development installation say it.
_COMPANY = "Amends Trading Company"
_OURS, _LOG_LEVEL = "AMENDS_", "AMENDS_LOG_LEVEL"
_SILENT = Silent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What its services need to be started: any number of processes, by `service_environment`.

    `folder` holds its secrets and logs, `dsns` the DSN of each service's database and of the key store by name.
    `allow_clock_offset` is for demo and tests only.
    """

    engines: Engines
    folder: Path
    dsns: Mapping[str, str] = field(repr=False)
    topic_prefix: str = ""
    allow_clock_offset: bool = False

    @property
    def private_token_key(self) -> str:
        """The JWK that signs tokens for this installation's services."""
        return (self.folder / "secrets" / PRIVATE_TOKEN_KEY).read_text(encoding="utf-8")


async def prepare_installation(
    engines: Engines,
    folder: Path,
    *,
    topic_prefix: str = "",
    allow_clock_offset: bool = False,
    partitions_max: int = LOCAL_PARTITIONS,
    watcher: Watcher = _SILENT,
) -> Installation:
    """Make what is not there yet: keys in `folder/secrets`, a database and a role each, every topic.

    Several installations share the engines when each has its own folder and `topic_prefix` (letters and digits
    ending in a dot), which also goes into the names of databases and roles. Raises OperateError.
    """
    watcher.step("Making keys, databases and topics")
    kept = folder / "secrets"
    make_keys(kept)
    for name in {name for service in SERVICES for _, name in service.folders}:
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    dsns = {}
    for name in (*(service.name for service in SERVICES), _KEY_STORE):
        database = f"amends_{topic_prefix.replace('.', '_')}{name}"
        password = secret_file(kept / f"database-{database}.password", lambda: secrets.token_urlsafe(24))
        dsns[name] = await ensure_owned_database(engines, database, password)
    await ensure_topics(engines.access, all_topics(), prefix=topic_prefix, partitions_max=partitions_max)
    return Installation(
        engines=engines,
        folder=folder,
        dsns=dsns,
        topic_prefix=topic_prefix,
        allow_clock_offset=allow_clock_offset,
    )


def service_environment(installation: Installation, service: Service, port: int) -> dict[str, str]:
    """Return the whole environment of one process of a service; of ours, it holds nothing but its own secrets."""
    return {
        **_inherited(),
        "AMENDS_KAFKA": installation.engines.kafka,
        **installation.engines.kafka_settings,
        "AMENDS_DATABASE": installation.dsns[service.name],
        "AMENDS_KEYS_DATABASE": installation.dsns[_KEY_STORE],
        "AMENDS_HOST": LOCALHOST,
        "AMENDS_PORT": str(port),
        "AMENDS_SECRETS_DIR": str(installation.folder / "secrets" / service.name),
        "AMENDS_TOPIC_PREFIX": installation.topic_prefix,
        "AMENDS_ALLOW_CLOCK_OFFSET": "1" if installation.allow_clock_offset else "0",
        **{setting: str(installation.folder / name) for setting, name in service.folders},
        **({"AMENDS_PUBLIC_URL": f"http://{LOCALHOST}:{port}"} if service.faces_customers else {}),
    }


def make_keys(folder: Path) -> None:
    """Make every key once; each service's folder has copies of what this service needs and of nothing else."""
    private = json.loads(secret_file(folder / PRIVATE_TOKEN_KEY, lambda: new_signing_key()[0]))
    public = {name: value for name, value in private.items() if name != _PRIVATE_MEMBER}
    secret_file(folder / PUBLIC_TOKEN_KEY, lambda: json.dumps(public))
    for name in _SHARED_KEYS:
        secret_file(folder / name, _new_key)
    for service in SERVICES:
        for name in service.keys:
            _hand_over(folder, name, service, _new_key)
        if service.certificate is not None:
            _hand_over(folder, service.certificate, service, _development_certificate)


def _hand_over(folder: Path, name: str, service: Service, make: Callable[[], str]) -> None:
    text = secret_file(folder / name, make)
    secret_file(folder / service.name / name, lambda: text)


def _new_key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode().rstrip("=")


def _development_certificate() -> str:
    return new_signing_certificate(_COMPANY).decode()


def _inherited() -> dict[str, str]:
    """Return the operator's environment without our own names: the administrator's DSN is not for services."""
    return {
        name: value
        for name, value in own_environment().items()
        if not name.startswith(_OURS) or name == _LOG_LEVEL
    }
