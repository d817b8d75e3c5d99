"""What a service is given: its own secrets and addresses, and nothing else."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from operate.settings import Settings
from operate.stack.installation import Installation, make_keys, service_environment
from operate.stack.local import Engines
from operate.stack.services import SERVICES
from operate.stack.status import status

INTAKE, _, COMPENSATION, _ = SERVICES


def an_installation(folder: Path) -> Installation:
    engines = Engines(kafka="broker:9092", postgres_admin_dsn="", postgres_dsn="", home=folder)
    dsns = {
        "intake": "postgresql://intake",
        "compensation": "postgresql://compensation",
        "keys": "postgresql://keys",
    }
    return Installation(engines=engines, folder=folder, dsns=dsns, topic_prefix="t1.")


def test_a_service_is_given_its_own_database_and_the_key_store(tmp_path: Path) -> None:
    environment = service_environment(an_installation(tmp_path), INTAKE, 8101)

    assert environment["AMENDS_DATABASE"] == "postgresql://intake"
    assert environment["AMENDS_KEYS_DATABASE"] == "postgresql://keys"
    assert environment["AMENDS_KAFKA"] == "broker:9092"
    assert environment["AMENDS_PORT"] == "8101"
    assert environment["AMENDS_TOPIC_PREFIX"] == "t1."
    assert environment["AMENDS_ALLOW_CLOCK_OFFSET"] == "0"


def test_only_the_service_that_puts_files_down_and_faces_customers_is_told_where(tmp_path: Path) -> None:
    installation = an_installation(tmp_path)
    told = service_environment(installation, COMPENSATION, 8103)
    others = service_environment(installation, INTAKE, 8101)
    own = {"AMENDS_MAIL_FOLDER", "AMENDS_PAYMENT_FOLDER", "AMENDS_PUBLIC_URL"}

    assert (told["AMENDS_MAIL_FOLDER"], told["AMENDS_PAYMENT_FOLDER"]) == (
        str(tmp_path / "mail"),
        str(tmp_path / "payments"),
    )
    assert told["AMENDS_PUBLIC_URL"] == "http://127.0.0.1:8103"
    assert own & set(others) == set()


def test_the_administrators_dsn_is_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENDS_POSTGRES", "postgresql://admin:secret@db/postgres")
    monkeypatch.setenv("AMENDS_LOG_LEVEL", "DEBUG")

    environment = service_environment(an_installation(tmp_path), INTAKE, 8101)

    assert "AMENDS_POSTGRES" not in environment
    assert environment["AMENDS_LOG_LEVEL"] == "DEBUG"


def test_a_services_folder_holds_its_own_secrets_and_no_other(tmp_path: Path) -> None:
    make_keys(tmp_path)

    def held(service: str) -> set[str]:
        return {file.name for file in (tmp_path / service).iterdir()}

    shared = {"jwt-public.json", "person-master.key"}
    assert held("intake") == {*shared, "installation.key", "intake-hash.key", "intake-dead-letter.key"}
    assert held("escalation") == {*shared, "escalation-hash.key", "escalation-dead-letter.key"}
    signs = {"vault.key", "customer-token.key", "company-signing.pem"}
    assert held("compensation") == {
        *shared,
        *signs,
        "compensation-hash.key",
        "compensation-dead-letter.key",
    }
    assert held("blacklist") == {*shared, "blacklist-hash.key", "blacklist-dead-letter.key"}


def test_keys_are_32_bytes_and_stay_the_same(tmp_path: Path) -> None:
    make_keys(tmp_path)
    first = (tmp_path / "intake" / "person-master.key").read_text(encoding="utf-8")
    make_keys(tmp_path)

    assert len(base64.urlsafe_b64decode(first + "=")) == 32
    assert (tmp_path / "escalation" / "person-master.key").read_text(encoding="utf-8") == first


def test_services_hold_only_the_public_part_of_the_token_key(tmp_path: Path) -> None:
    make_keys(tmp_path)

    private = json.loads((tmp_path / "jwt-private.json").read_text(encoding="utf-8"))
    public = json.loads((tmp_path / "intake" / "jwt-public.json").read_text(encoding="utf-8"))

    assert "d" in private
    assert public == {name: value for name, value in private.items() if name != "d"}


def test_status_of_a_home_that_never_ran_is_stopped(tmp_path: Path) -> None:
    found = status(Settings(kafka=None, postgres=None, home=tmp_path, cache=tmp_path))

    assert {each.condition for each in found} == {"stopped"}


def test_status_shows_no_password(tmp_path: Path) -> None:
    given = Settings(kafka="b:1", postgres="postgresql://a:secret@db:5/x", home=tmp_path, cache=tmp_path)

    assert [each.address for each in status(given)][:2] == ["b:1", "db:5"]
