"""R12: personal data lies nowhere in clear. Canaries go in at the doors; here one looks for them everywhere else."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterable, Mapping
from typing import Final

from contracts.topics import CONTACT, all_topics
from tests.system.complaints import CANARY_NAMES, CANARY_PHONE
from tests.system.installation import DECLARED, LiveInstallation
from tests.system.reading import Record, records_of

CANARIES: Final = (*CANARY_NAMES, CANARY_PHONE, CANARY_PHONE.removeprefix("+86"))
_TABLES: Final = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""


def spellings(canary: str) -> list[bytes]:
    """Return a canary as it may lie in bytes: as it is, escaped as JSON does, in hex, in base64 at any offset."""
    raw = canary.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw) for shift in range(3)]
    # The first and last four characters of base64 mix with what stands around the canary.
    inner = [text[4:-4] for text in shifted if len(text) > 16]
    return [raw, json.dumps(canary)[1:-1].encode(), raw.hex().encode(), *inner]


def found_in(places: Mapping[str, bytes], canaries: Iterable[str] = CANARIES) -> list[str]:
    """R12: return where a canary lies in clear."""
    wanted = [(canary, spelling) for canary in canaries for spelling in spellings(canary)]
    return sorted(
        {
            f"R12 {canary} in {place}"
            for place, content in places.items()
            for canary, spelling in wanted
            if spelling in content
        }
    )


async def everywhere(installation: LiveInstallation) -> dict[str, bytes]:
    """Return all that an installation has written: process logs, topics but the private door, all tables.

    Letters and payment orders name people by nature: their folders are for whoever sends and pays, and are left out.
    """
    return {**installation.logs(), **await _on_topics(installation), **await _in_databases(installation)}


async def _on_topics(installation: LiveInstallation) -> dict[str, bytes]:
    # The contact topic carries personal data by nature and has its own access list (contracts.md).
    names = [topic.name for topic in all_topics() if topic.name != CONTACT.name]
    lying = await asyncio.gather(*(records_of(installation, name) for name in names))
    return {name: b"\n".join(map(_all_of, records)) for name, records in zip(names, lying, strict=True)}


def _all_of(record: Record) -> bytes:
    return b"\n".join((record.key.encode(), *(value for _, value in record.headers), record.value))


async def _in_databases(installation: LiveInstallation) -> dict[str, bytes]:
    found = {}
    async with installation.looking() as look:
        for name in (*DECLARED, "keys"):
            for (table,) in await look(name, _TABLES):
                # Bytes are shown in hex, so they are looked at both ways.
                rows = [row[0] for row in await look(name, f"SELECT t::text FROM {table} AS t")]  # noqa: S608 - names from the catalogue
                shown = "\n".join(rows)
                found[f"{name}:{table}"] = shown.encode()
    return found
