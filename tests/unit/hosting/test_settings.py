from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from hosting.settings import ServiceSettings, SettingsBroken, settings_from_environment

PASSWORD = "postgresql://intake:hunter2@db/intake"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AMENDS_")]:  # noqa: TID251 - a clean slate
        monkeypatch.delenv(name)
    monkeypatch.setenv("AMENDS_KAFKA", "localhost:9092")
    monkeypatch.setenv("AMENDS_DATABASE", PASSWORD)
    monkeypatch.setenv("AMENDS_KEYS_DATABASE", PASSWORD)
    monkeypatch.setenv("AMENDS_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("AMENDS_PORT", "8101")


def message() -> str:
    with pytest.raises(SettingsBroken) as broken:
        settings_from_environment(ServiceSettings)
    return str(broken.value)


def test_settings_come_from_the_environment() -> None:
    settings = settings_from_environment(ServiceSettings)

    assert (
        settings.kafka,
        settings.port,
        settings.log_level,
        settings.allow_clock_offset,
    ) == ("localhost:9092", 8101, "INFO", False)
    assert settings.database.get_secret_value() == PASSWORD


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hunter2" not in repr(settings_from_environment(ServiceSettings))


def test_every_missing_or_wrong_setting_is_named_with_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMENDS_KAFKA")
    monkeypatch.setenv("AMENDS_PORT", "hunter2")

    told = message()

    assert "AMENDS_KAFKA is not set: set it to the brokers" in told
    assert "AMENDS_PORT cannot be used: set it to the port" in told
    assert "hunter2" not in told


def test_secret_may_stand_in_a_named_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://file\n")
    monkeypatch.delenv("AMENDS_DATABASE")
    monkeypatch.setenv("AMENDS_DATABASE_FILE", str(tmp_path / "dsn"))

    assert settings_from_environment(ServiceSettings).database.get_secret_value() == "postgresql://file"


def test_secret_may_stand_in_the_secrets_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "AMENDS_DATABASE").write_text("postgresql://folder")
    monkeypatch.delenv("AMENDS_DATABASE")

    assert settings_from_environment(ServiceSettings).database.get_secret_value() == "postgresql://folder"


def test_value_and_file_together_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMENDS_DATABASE_FILE", str(tmp_path / "dsn"))

    assert message() == "AMENDS_DATABASE and AMENDS_DATABASE_FILE are both set: keep one of them"


def test_file_that_is_missing_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AMENDS_DATABASE")
    monkeypatch.setenv("AMENDS_DATABASE_FILE", str(tmp_path / "nowhere"))

    assert "AMENDS_DATABASE_FILE: the file nowhere cannot be read" in message()


def test_given_values_win() -> None:
    settings = settings_from_environment(ServiceSettings, port=9000, database=SecretStr("x"))

    assert (settings.port, settings.database.get_secret_value()) == (9000, "x")


def test_key_file_is_read_from_the_secrets_folder(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_bytes(b"\x00\x01")
    settings = settings_from_environment(ServiceSettings)

    assert settings.secret("master.key") == b"\x00\x01"
    with pytest.raises(SettingsBroken, match=r"AMENDS_SECRETS_DIR: the file hash\.key cannot be read"):
        settings.secret("hash.key")
