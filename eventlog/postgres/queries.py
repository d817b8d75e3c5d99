"""All SQL stands in `queries.sql` files, one named statement after the other."""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def queries_from(source: Traversable) -> dict[str, str]:
    """Return the statements of a file by their names (`-- name: load`)."""
    parts = _NAME.split(source.read_text("utf-8"))
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
