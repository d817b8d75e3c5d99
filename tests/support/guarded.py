"""A broker as production has it: TLS, a login for everybody, and the rights that `deploy/topics.py` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest

from deploy.topics import commands
from eventlog.kafka.access import KafkaAccess
from hosting.settings import KafkaSettings
from operate.settings import read_settings
from operate.stack import kafka
from operate.stack.engine import Site
from operate.stack.guard import temporary_home
from operate.stack.home import Home
from operate.stack.progress import Silent
from operate.stack.services import SERVICES
from tests.support.certificates import Authority

OPERATOR = "operator"
USERS = (OPERATOR, "platform", *(service.name for service in SERVICES))
PASSWORD = "correct-horse-{}"  # of whom
_RIGHT = re.compile(r"principal (User:\w+) --operation (\w+) --operation Describe --(topic|group) (\S+)$")
_KINDS = {"topic": 2, "group": 3}
_OPERATIONS = {"Read": 3, "Write": 4}
_DESCRIBE = 8


@dataclass(frozen=True)
class Guarded:
    """A broker that asks for TLS, a login and rights; the operator may do everything."""

    brokers: str
    authority: Authority

    def access(self, user: str, **other: str | Path) -> KafkaAccess:
        given: dict[str, str | Path] = {
            "kafka": self.brokers,
            "kafka_tls": "true",
            "kafka_ca_file": self.authority.file,
            "kafka_user": user,
            "kafka_password": PASSWORD.format(user),
        }
        return KafkaSettings.model_validate({**given, **other}).kafka_access()

    def environment(self, user: str) -> dict[str, str]:
        """Return the variables by which a process logs in, beside the address."""
        return {
            "AMENDS_KAFKA_TLS": "true",
            "AMENDS_KAFKA_CA_FILE": str(self.authority.file),
            "AMENDS_KAFKA_USER": user,
            "AMENDS_KAFKA_PASSWORD": PASSWORD.format(user),
        }

    async def grant(self, prefix: str = "") -> None:
        """Grant what `deploy/topics.py` prints, on topics and groups whose names begin with a prefix."""
        admin = AIOKafkaAdminClient(**self.access(OPERATOR).options)
        await admin.start()
        for found in filter(None, map(_RIGHT.search, commands())):
            for operation in (_OPERATIONS[found[2]], _DESCRIBE):
                name = f"{prefix}{found[4]}"
                request = CreateAclsRequest(_KINDS[found[3]], name, 3, found[1], "*", operation, 3)
                answer = await admin._send_request_to_node(1, request)
                assert [code for code, _ in answer.creation_responses] == [0]
        await admin.close()


@contextmanager
def guarded_broker(folder: Path) -> Iterator[Guarded]:
    """Run one on the local stack's engine, with no topics and nobody's right but the operator's."""
    authority = Authority(folder)
    with temporary_home() as path:
        home = Home(path)
        home.create()
        site = Site(home, read_settings().cache, Silent())
        running = kafka.launch(site, None, _listener(folder, authority))
        kafka.wait_ready(site, running)
        yield Guarded(kafka.address(running), authority)
        kafka.stop(home, running, keep=False)


def _listener(folder: Path, authority: Authority) -> kafka.Listener:
    certificate, key = authority.issue("broker")
    both = folder / "broker.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    login = f'{module} required username="{OPERATOR}" password="{PASSWORD.format(OPERATOR)}";'
    return kafka.Listener(
        protocol="SASL_SSL",
        settings={
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(both),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(authority.file),
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": login,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The controller's own listener is plain and for this machine alone.
            "super.users": f"User:{OPERATOR};User:ANONYMOUS",
        },
        users=[f"[name={user},password={PASSWORD.format(user)}]" for user in USERS],
    )
