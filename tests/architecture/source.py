"""The tree as the architecture tests see it: the files that belong to it, and its Python as syntax trees."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = tuple(sorted(path.parent.name for path in (ROOT / "services").glob("*/__main__.py")))
PRODUCTION = ("contracts", "eventlog", "hosting", "operate", "services", "shared_kernel")
KERNEL = ("eventlog", "shared_kernel")


@dataclass(frozen=True)
class Module:
    """One Python file: its path below the checkout, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The top-level folder it lies in."""
        return self.path.partition("/")[0]

    def at(self, node: ast.AST, what: str) -> str:
        """Return a finding as one reads it: file, line, what is wrong."""
        return f"{self.path}:{getattr(node, 'lineno', 1)} {what}"


def module_of(path: str, text: str) -> Module:
    """Return a module; tests plant faults with it."""
    return Module(path, text, ast.parse(text))


@cache
def tracked() -> tuple[str, ...]:
    """Return every file that is, or would be, committed, relative to the checkout."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-c", "-o", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file())


def modules(*rooms: str) -> tuple[Module, ...]:
    """Return the Python modules of these top-level folders, of all when none is named."""
    return tuple(module for module in _all_modules() if not rooms or module.room in rooms)


def documents() -> tuple[str, ...]:
    """Return every Markdown file of the tree."""
    return tuple(name for name in tracked() if name.endswith(".md"))


def text_of(name: str) -> str:
    """Return a file's text."""
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def _all_modules() -> tuple[Module, ...]:
    return tuple(module_of(name, text_of(name)) for name in tracked() if name.endswith(".py"))
