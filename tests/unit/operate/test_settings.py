"""Where an operator's settings come from."""

from __future__ import annotations

from pathlib import Path

from operate.settings import REPOSITORY, read_settings


def test_addresses_from_the_environment_win() -> None:
    given = {"AMENDS_KAFKA": "broker:9092", "AMENDS_POSTGRES": "postgresql://admin@db/postgres"}

    settings = read_settings(given)

    assert (settings.kafka, settings.postgres) == ("broker:9092", "postgresql://admin@db/postgres")


def test_an_empty_address_is_none() -> None:
    settings = read_settings({"AMENDS_KAFKA": "", "AMENDS_POSTGRES": ""})

    assert (settings.kafka, settings.postgres) == (None, None)


def test_the_stack_lives_in_the_checkout_unless_told_otherwise() -> None:
    assert read_settings({}).home == REPOSITORY / ".amends"
    assert read_settings({"AMENDS_HOME": "/srv/amends"}).home == Path("/srv/amends")


def test_downloads_go_to_the_users_cache_folder() -> None:
    assert read_settings({"XDG_CACHE_HOME": "/cache"}).cache == Path("/cache/amends")
    assert read_settings({}).cache == Path.home() / ".cache" / "amends"
