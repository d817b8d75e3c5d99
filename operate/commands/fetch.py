"""Download and check what the local engines need, so that a later start needs no network."""

from __future__ import annotations

from operate.settings import read_settings
from operate.stack import kafka, postgres
from operate.stack.kafka_jars import fetch_jars
from operate.stack.progress import watching
from operate.terminal import ERR, command_app

app = command_app()


@app.command()
def fetch() -> None:
    """Download and check what the local engines need; quick when everything is here."""
    settings = read_settings()
    if settings.postgres is None:
        postgres.binaries()
    if settings.kafka is None:
        kafka.java()
        with watching(ERR) as watcher:
            fetch_jars(settings.cache, watcher)
