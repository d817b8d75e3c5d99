"""The operator's way to a broker with TLS: the same settings that a service has, handed on to the services."""

from __future__ import annotations

from pathlib import Path

import pytest

from operate.errors import OperateError
from operate.kafka_access import access_with, kafka_of
from operate.settings import read_settings
from operate.stack.installation import Installation, service_environment
from operate.stack.local import Engines, engines_of
from operate.stack.services import SERVICES
from tests.support.certificates import Authority

PASSWORD = "hunter2"
GIVEN = {
    "AMENDS_KAFKA": "broker:9093",
    "AMENDS_POSTGRES": "postgresql://admin@db/postgres",
    "AMENDS_KAFKA_TLS": "true",
    "AMENDS_KAFKA_USER": "operator",
    "AMENDS_KAFKA_PASSWORD": PASSWORD,
}


def test_operator_reaches_a_broker_as_a_service_does(tmp_path: Path) -> None:
    found = kafka_of(read_settings({**GIVEN, "AMENDS_KAFKA_CA_FILE": str(Authority(tmp_path).file)}))

    assert found is not None
    assert found.options["security_protocol"] == "SASL_SSL"
    assert found.options["sasl_plain_username"] == "operator"


def test_operators_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    given = {name: value for name, value in GIVEN.items() if name != "AMENDS_KAFKA_PASSWORD"}

    found = kafka_of(read_settings({**given, "AMENDS_KAFKA_PASSWORD_FILE": str(tmp_path / "password")}))

    assert found is not None
    assert found.options["sasl_plain_password"] == PASSWORD


def test_what_is_half_said_is_told_with_its_name_and_no_secret() -> None:
    given = {"AMENDS_KAFKA_USER": "operator", "AMENDS_KAFKA_PASSWORD": PASSWORD}

    with pytest.raises(OperateError, match="set without AMENDS_KAFKA_TLS") as told:
        access_with("broker:9093", given)

    assert PASSWORD not in str(told.value)


def test_services_are_handed_how_to_reach_the_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engines = engines_of(read_settings({**GIVEN, "AMENDS_KAFKA_CA_FILE": "ca.pem"}))
    installation = Installation(
        engines=engines, folder=tmp_path, dsns={SERVICES[0].name: "", "keys": ""}, topic_prefix=""
    )

    environment = service_environment(installation, SERVICES[0], 8101)

    assert environment["AMENDS_KAFKA_USER"] == "operator"
    assert environment["AMENDS_KAFKA_PASSWORD"] == PASSWORD
    assert environment["AMENDS_KAFKA_CA_FILE"] == str(tmp_path / "ca.pem")


def test_password_is_not_shown_by_settings_or_engines() -> None:
    settings = read_settings(GIVEN)

    assert PASSWORD not in repr(settings)
    assert PASSWORD not in repr(engines_of(settings))


def test_a_broker_of_ours_is_plain_whatever_else_is_set(tmp_path: Path) -> None:
    assert kafka_of(read_settings({"AMENDS_KAFKA_TLS": "true"})) is None
    assert Engines(kafka="b:1", postgres_admin_dsn="", postgres_dsn="", home=tmp_path).access.security is None
