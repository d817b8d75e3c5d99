"""How a service is told to reach its brokers: a login goes over TLS or not at all, and nothing may be half said."""

from __future__ import annotations

import asyncio
import os
import ssl
from pathlib import Path
from typing import Any

import pytest
from aiokafka.conn import collect_hosts
from faststream.kafka import KafkaBroker
from faststream.kafka.security import parse_security
from faststream.security import SASLScram512

from eventlog.kafka.access import KafkaAccess
from hosting.settings import ServiceSettings, SettingsBroken, settings_from_environment
from tests.support.certificates import Authority

DSN = "postgresql://intake@db/intake"
PASSWORD = "hunter2"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AMENDS_")]:  # noqa: TID251 - a clean slate
        monkeypatch.delenv(name)
    given = {"KAFKA": "a:9093,b:9093", "DATABASE": DSN, "KEYS_DATABASE": DSN, "PORT": "1"}
    for name, value in {**given, "SECRETS_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(f"AMENDS_{name}", value)


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Any:
    def told(**settings: str | Path) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"AMENDS_KAFKA_{name}", str(value))

    return told


def access() -> KafkaAccess:
    return settings_from_environment(ServiceSettings).kafka_access()


def refusal() -> str:
    with pytest.raises(SettingsBroken) as broken:
        access()
    assert PASSWORD not in str(broken.value)
    return str(broken.value)


def test_brokers_alone_are_spoken_to_in_plain() -> None:
    assert access() == KafkaAccess("a:9093,b:9093")
    assert access().options == {"bootstrap_servers": "a:9093,b:9093", "security_protocol": "PLAINTEXT"}


def test_user_logs_in_over_tls_by_scram_unless_told_otherwise(tell: Any) -> None:
    tell(TLS="true", USER="intake", PASSWORD=PASSWORD)

    options = access().options

    assert options["security_protocol"] == "SASL_SSL"
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("intake", PASSWORD)
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
def test_the_framework_is_told_the_same_as_the_library(tell: Any, mechanism: str) -> None:
    tell(TLS="true", USER="intake", PASSWORD=PASSWORD, MECHANISM=mechanism)
    reached = access()
    login = reached.security.login if reached.security else None
    given = reached.framework_options

    assert {"bootstrap_servers": reached.brokers, **parse_security(given["security"])} == reached.options
    assert login is not None
    assert login.mechanism == mechanism


async def test_the_framework_is_told_every_broker(tell: Any) -> None:
    connected: Any = await KafkaBroker(**access().framework_options, consumer_only=True).connect()

    assert [
        host for host, _, _ in collect_hosts(connected.keywords["bootstrap_servers"], randomize=False)
    ] == [
        "a",
        "b",
    ]


def test_password_may_stand_in_a_file(tell: Any, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    tell(TLS="true", USER="intake", PASSWORD_FILE=tmp_path / "password")

    assert access().options["sasl_plain_password"] == PASSWORD


def test_password_is_not_shown(tell: Any) -> None:
    tell(TLS="true", USER="intake", PASSWORD=PASSWORD)

    assert PASSWORD not in repr(settings_from_environment(ServiceSettings))
    assert PASSWORD not in repr(access())


def test_login_without_tls_is_refused(tell: Any) -> None:
    tell(USER="intake", PASSWORD=PASSWORD)

    said = refusal()

    assert "AMENDS_KAFKA_PASSWORD, AMENDS_KAFKA_USER set without AMENDS_KAFKA_TLS" in said
    assert said.endswith("set AMENDS_KAFKA_TLS=true")


def test_authority_without_tls_is_refused(tell: Any) -> None:
    tell(CA_FILE="/etc/ca.pem")

    assert "AMENDS_KAFKA_CA_FILE set without AMENDS_KAFKA_TLS" in refusal()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("USER", "PASSWORD"),
        ("PASSWORD", "USER"),
        ("CERTIFICATE_FILE", "KEY_FILE"),
        ("KEY_FILE", "CERTIFICATE_FILE"),
    ],
)
def test_one_half_is_refused_with_the_name_of_the_other(tell: Any, one: str, other: str) -> None:
    tell(TLS="true", **{one: PASSWORD})

    assert refusal() == (f"AMENDS_KAFKA_{one} is set without AMENDS_KAFKA_{other}: set both or neither")


def test_mechanism_of_nobody_is_refused(tell: Any) -> None:
    tell(TLS="true", MECHANISM="PLAIN")

    assert refusal() == "AMENDS_KAFKA_MECHANISM is set without AMENDS_KAFKA_USER: set both or neither"


def test_mechanism_that_is_none_of_ours_is_refused(tell: Any) -> None:
    tell(TLS="true", MECHANISM="GSSAPI")

    assert "AMENDS_KAFKA_MECHANISM cannot be used: set it to SCRAM-SHA-512" in refusal()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authority_that_cannot_be_read_is_refused(tell: Any, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    tell(TLS="true", CA_FILE=file)

    assert refusal().startswith("AMENDS_KAFKA_CA_FILE cannot be used: set it to a PEM file")


def test_key_of_another_certificate_is_refused(tell: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tell(TLS="true", CERTIFICATE_FILE=authority.issue("intake")[0], KEY_FILE=authority.issue("other")[1])

    assert refusal().startswith("AMENDS_KAFKA_CERTIFICATE_FILE and AMENDS_KAFKA_KEY_FILE cannot be used")


async def test_broker_that_asks_for_a_certificate_is_shown_ours(tell: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("intake")
    seen: asyncio.Queue[Any] = asyncio.Queue()
    asking = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.load_cert_chain(*authority.issue("broker"))

    async def on_client(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.put_nowait(writer.get_extra_info("peercert")["subject"])
        writer.close()

    server = await asyncio.start_server(on_client, "127.0.0.1", 0, ssl=asking)
    tell(TLS="true", CA_FILE=authority.file, CERTIFICATE_FILE=certificate, KEY_FILE=key)
    options = access().options
    _, line = await asyncio.open_connection(*server.sockets[0].getsockname(), ssl=options["ssl_context"])
    shown = await asyncio.wait_for(seen.get(), 5)
    line.close()
    server.close()

    assert options["security_protocol"] == "SSL"
    assert shown == ((("commonName", "intake"),),)


def test_framework_class_is_never_given_without_tls(tell: Any) -> None:
    tell(TLS="true", USER="intake", PASSWORD=PASSWORD)

    security = access().framework_options["security"]

    assert isinstance(security, SASLScram512)
    assert security.use_ssl
