from __future__ import annotations

from typing import Any

import pytest

from hosting.policy_files import PolicyFileError, Section


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("count", 0),
        ("count", True),
        ("percent", 101),
        ("level", "king"),
        ("factor", "0.5"),
        ("factor", "many"),
        ("codes", []),
        ("pattern", "("),
        ("inner", 1),
        ("each", [1]),
        ("text", ""),
    ],
)
def test_wrong_value_is_named_by_file_and_key(read: str, value: Any) -> None:
    section = Section("some.toml", {"outer": {"key": value}}).inner("outer")

    with pytest.raises(PolicyFileError) as found:
        getattr(section, read)("key")

    assert (found.value.file, found.value.key) == ("some.toml", "outer.key")


def test_key_that_nobody_reads_is_refused() -> None:
    with pytest.raises(PolicyFileError) as found:
        Section("some.toml", {"desk": "front", "desc": "typo"}).require_only("desk")

    assert found.value.key == "desc"
