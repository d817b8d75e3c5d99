"""What an own clock promises, in both languages, as `policies/clocks.toml` words it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hosting.policy_files import policy_table


@dataclass(frozen=True, slots=True)
class Explained:
    """What a clock promises, until when and by which key of the policy."""

    en: str
    zh: str


def explained(kind: str, due: datetime) -> Explained:
    """Return the words for a clock of this kind."""
    words, until = _words()[kind], f"{due.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    source = words["source"]
    return Explained(
        f"{words['en']} Due {until}; source: {source}.", f"{words['zh']}截止时间：{until}；依据：{source}。"
    )


@cache
def _words() -> dict[str, Any]:
    return dict(policy_table("services.compensation", "clocks.toml"))
