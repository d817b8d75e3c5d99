"""Lines of a file as bodies for the register's door: JSON Lines as they are, CSV by its header.

A CSV column is named like the member it fills, with dots: `complainant.phone`, `product.price.amount`. An
empty cell is an absent member. Numbers and truth values (`true`, `false`) are written as JSON has them;
attachments need JSON Lines. Nothing is checked here that the door checks: it has the last word on a line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel

from contracts.register import Register
from operate.errors import OperateError

JSON_LINES: Final = (".jsonl", ".ndjson")
CSV: Final = ".csv"
REQUIRED_COLUMNS: Final = ("source", "channel", "reference", "received_at", "narrative")
# Longer than any cell the door would take: what is longer is refused there, not lost here.
CELL_CHARACTERS_MAX: Final = 1_000_000
_TRUTHS: Final = {"true": True, "false": False}


# What keeps a CSV line from being sent at all: what to do about it, in English and Chinese.
REMEDIES: Final = {
    "csv_unreadable": (
        "Close the quotation marks, and keep a cell under a million characters.",
        "请补全引号，且单元格不超过一百万字符。",
    ),
    "csv_too_many_cells": (
        "Put a cell that holds a comma into quotation marks: the line has more cells than the header.",
        "含逗号的单元格请加引号：本行的单元格多于表头。",
    ),
    "csv_columns_clash": (
        "Keep one of two columns of which one names a part of the other.",
        "两列中一列是另一列的下级字段，请只保留一列。",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint to send, or (body None) a line that cannot even be sent, with the rule of `REMEDIES`."""

    number: int
    body: bytes | None
    rule: str = ""


def lines_of(path: Path) -> Iterator[Line]:
    """Yield the lines with their numbers in the file; blank ones are passed over. Raises OperateError."""
    try:
        if path.suffix.lower() in JSON_LINES:
            yield from _json_lines(path)
        elif path.suffix.lower() == CSV:
            yield from _csv_lines(path)
        else:
            raise OperateError(
                f"{path.name} is neither JSON Lines nor CSV.", "Name it .jsonl or .csv, by what it holds."
            )
    except OSError as error:
        raise OperateError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from None
    except UnicodeDecodeError:
        raise OperateError(f"{path.name} is not UTF-8.", "Save it as UTF-8 (in Excel: CSV UTF-8).") from None


@cache
def columns() -> Mapping[str, type]:
    """Return the columns a CSV file may have, each with the plain type of its cells."""
    return dict(_columns(Register, ""))


def _json_lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield Line(number, line.strip())


def _csv_lines(path: Path) -> Iterator[Line]:
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text)
        header = [name.strip() for name in next(rows, [])]
        if missing := [name for name in REQUIRED_COLUMNS if name not in header]:
            raise OperateError(
                f"{path.name} lacks the column {', '.join(missing)}.",
                f"The first line names the columns; known are {', '.join(columns())}.",
            )
        while True:
            # A cell may hold line breaks: a complaint is found by the line it begins on.
            number = rows.line_num + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error:
                yield Line(number, None, "csv_unreadable")
                continue
            if any(cells):
                yield _csv_line(number, header, cells)


def _csv_line(number: int, header: list[str], cells: list[str]) -> Line:
    if len(cells) > len(header):
        return Line(number, None, "csv_too_many_cells")
    body: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        if cell.strip() and not _put(body, name.split("."), _plain(cell, columns().get(name, str))):
            return Line(number, None, "csv_columns_clash")
    return Line(number, json.dumps(body, ensure_ascii=False).encode())


def _put(body: dict[str, Any], path: list[str], value: Any) -> bool:
    *outer, last = path
    for step in outer:
        inner = body.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
        body = inner
    return body.setdefault(last, value) is value


def _plain(cell: str, kind: type) -> Any:
    """Return the cell as JSON would have it; what does not read as its kind stays text, and the door says so."""
    if kind is bool:
        return _TRUTHS.get(cell.strip().lower(), cell)
    if kind is int and cell.strip().isascii() and cell.strip().isdecimal():
        return int(cell)
    return cell


def _columns(part: type[BaseModel], prefix: str) -> Iterator[tuple[str, type]]:
    for name, field in part.model_fields.items():
        kinds = list(_kinds_in(field.annotation))
        inner = next((kind for kind in kinds if issubclass(kind, BaseModel)), None)
        if inner is None:
            yield f"{prefix}{name}", next((kind for kind in (bool, int) if kind in kinds), str)
        elif not _is_list(field.annotation):
            yield from _columns(inner, f"{prefix}{name}.")


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


def _kinds_in(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for inner in get_args(annotation):
        yield from _kinds_in(inner)
