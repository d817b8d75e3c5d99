"""Only the locked bytes are run."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from operate.errors import OperateError
from operate.stack import kafka_jars
from operate.stack.kafka_jars import Jar, fetch_jars, locked_jars, version
from operate.stack.lock_kafka import ASKED, locked_line
from operate.stack.progress import Silent


def test_every_line_of_the_lock_names_a_version_a_size_and_a_hash() -> None:
    jars = locked_jars()

    assert len(jars) > 40
    for jar in jars:
        assert re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+", jar.coordinate)
        assert re.fullmatch(r"[0-9a-f]{64}", jar.sha256)
        assert jar.size > 0


def test_the_lock_holds_what_was_asked_for_and_no_address() -> None:
    coordinates = {jar.coordinate for jar in locked_jars()}

    assert coordinates.issuperset(ASKED)
    assert f"org.apache.kafka:kafka_2.13:{version()}" in coordinates
    assert "://" not in kafka_jars.LOCK_FILE.read_text(encoding="utf-8")


def test_two_jars_never_share_a_file_name() -> None:
    names = [jar.file_name for jar in locked_jars()]

    assert len(names) == len(set(names))


def test_a_line_written_is_a_line_read(tmp_path: Path) -> None:
    lock = tmp_path / "kafka.lock"
    lock.write_text("# a comment\n" + locked_line("org.example:thing:1.0", b"bytes") + "\n", encoding="utf-8")

    [jar] = locked_jars(lock)

    assert jar == Jar("org.example:thing:1.0", 5, hashlib.sha256(b"bytes").hexdigest())
    assert jar.file_name == "thing-1.0.jar"


def test_a_full_cache_needs_no_network(tmp_path: Path) -> None:
    lock, jar = a_cache_of(tmp_path, b"bytes")

    assert fetch_jars(tmp_path, Silent(), lock) == [jar]


def test_other_bytes_than_locked_are_not_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, jar = a_cache_of(tmp_path, b"bytes")
    jar.write_bytes(b"BYTES")
    monkeypatch.setattr(kafka_jars, "_fetch_all", fail_without_network)

    with pytest.raises(OperateError) as caught:
        fetch_jars(tmp_path, Silent(), lock)

    assert "no route" in caught.value.message
    assert "AMENDS_KAFKA" in caught.value.remedy


def a_cache_of(cache: Path, content: bytes) -> tuple[Path, Path]:
    lock = cache / "kafka.lock"
    lock.write_text(locked_line("org.apache.kafka:thing:1.0", content) + "\n", encoding="utf-8")
    jar = cache / "kafka-1.0" / "thing-1.0.jar"
    jar.parent.mkdir()
    jar.write_bytes(content)
    return lock, jar


def fail_without_network(*_: object) -> None:
    raise OSError("no route to host")
