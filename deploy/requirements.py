"""Print what a service needs of `requirements.lock`: all that `[project.dependencies]` leads to, hashes included.

The lock also holds the local engines and the tools of developers; an image has no use for them. Standard
library only: it runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

_PIN = re.compile(r"^(?=[A-Za-z0-9])", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def runtime_requirements(project: str, lock: str) -> str:
    """Return the part of the lock that the project's own dependencies lead to."""
    blocks: dict[str, str] = {}
    for block in _PIN.split(lock):
        # One name may stand there twice, for two versions of Python.
        blocks[_name(block)] = blocks.get(_name(block), "") + block
    wanted = {_name(each) for each in tomllib.loads(project)["project"]["dependencies"]}
    kept = _closed(wanted, blocks)
    return "".join(block for name, block in blocks.items() if name in kept)


def _closed(wanted: Iterable[str], blocks: Mapping[str, str]) -> set[str]:
    """Return the names and everything that is in the lock because of them (its `# via` lines)."""
    found = set(wanted)
    while True:
        led_to = {name for name, block in blocks.items() if found & _reasons(block)}
        if led_to <= found:
            return found
        found |= led_to


def _reasons(block: str) -> set[str]:
    lines = [line.strip(" #").removeprefix("via").strip() for line in block.splitlines() if " # " in line]
    return {_name(line) for line in lines if line}


def _name(text: str) -> str:
    found = _NAME.match(text)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


if __name__ == "__main__":
    here = Path.cwd()
    sys.stdout.write(
        runtime_requirements((here / "pyproject.toml").read_text(), (here / "requirements.lock").read_text())
    )
