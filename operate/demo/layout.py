"""Headings, tables and moments as the demo prints them."""

from __future__ import annotations

from datetime import datetime

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table


def heading(zh: str, en: str) -> RenderableType:
    """Return a heading in both languages."""
    return Padding(f"[bold cyan]{zh}[/] [bold]{en}[/]", (1, 0, 0, 0))


def table_of(*columns: str) -> Table:
    """Return a plain table with these columns."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def moment(at: datetime) -> str:
    """Return a time to the minute."""
    return f"{at:%a %d %b %H:%M}"
