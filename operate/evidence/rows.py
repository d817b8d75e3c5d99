"""The events of a bundle against the links of the log's chain: every row gives the hash that stands in its link."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from eventlog.chain import link_hash, row_hash
from eventlog.recorded import Row
from operate.evidence.findings import Finding, judged


def _decoded(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Bytes = Annotated[bytes, BeforeValidator(_decoded)]
Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Extracted(_Strict):
    """One event of the extract: the row as the log holds it, and `opened`, the event in clear."""

    position: Annotated[int, Field(ge=1)]
    stream: str
    version: int
    type: str
    schema_version: int
    at: AwareDatetime
    recorded_at: AwareDatetime
    correlation_id: str
    causation_id: str | None
    public_type: str | None
    public_schema: str | None
    public_sequence: int | None
    body: Bytes
    public: Bytes | None
    opened: dict[str, Any]

    def row(self) -> Row:
        """Return the row whose hash the chain holds."""
        members: dict[str, Any] = {name: getattr(self, name) for name in Row.__dataclass_fields__}
        return Row(**members)

    def said(self) -> Mapping[str, Any]:
        """Return what the event said in public, which the chain proves; empty for a private one."""
        found: Mapping[str, Any] = json.loads(self.public) if self.public else {}
        return found


class ChainLink(_Strict):
    """One link of the log's chain with the hash of every row of its flush; hashes in hex."""

    first_position: Annotated[int, Field(ge=1)]
    last_position: int
    previous: Hex
    hash: Hex
    rows: tuple[Hex, ...]

    def gives_its_hash(self) -> bool:
        """Say whether the rows' hashes and the previous link lead to this one."""
        if len(self.rows) != self.last_position - self.first_position + 1:
            return False
        hashes = [bytes.fromhex(each) for each in self.rows]
        return link_hash(bytes.fromhex(self.previous), hashes).hex() == self.hash


class ChainProof(_Strict):
    """The links over all rows of an extract, ascending."""

    links: tuple[ChainLink, ...]

    def row_at(self, position: int) -> str | None:
        """Return the hash the chain holds for a position."""
        for link in self.links:
            if link.first_position <= position <= link.last_position and link.rows:
                place = position - link.first_position
                return link.rows[place] if place < len(link.rows) else None
        return None


_EVENT: TypeAdapter[Extracted] = TypeAdapter(Extracted)


def extract_of(content: bytes) -> list[Extracted]:
    """Return the events of `events.jsonl`. Raises ValueError without quoting anything of it."""
    return [_EVENT.validate_json(line) for line in content.splitlines() if line.strip()]


def proof_of(content: bytes) -> ChainProof:
    """Return `chain.json`. Raises ValueError without quoting anything of it."""
    return ChainProof.model_validate_json(content)


def check_rows(
    events: Sequence[Extracted], proof: ChainProof, events_file: str, chain_file: str
) -> list[Finding]:
    """Check rows against links, links against themselves and against one another, and the stream for gaps."""
    altered = [each.position for each in events if row_hash(each.row()).hex() != proof.row_at(each.position)]
    broken = [link.last_position for link in proof.links if not link.gives_its_hash()]
    broken += [
        after.first_position
        for before, after in zip(proof.links, proof.links[1:], strict=False)
        if after.first_position <= before.last_position
        or (after.first_position == before.last_position + 1 and after.previous != before.hash)
    ]
    versions = [each.version for each in events]
    is_whole = (
        bool(events) and versions == list(range(1, len(events) + 1)) and len({e.stream for e in events}) == 1
    )
    return [
        judged(
            "rows_in_chain",
            events_file,
            (
                f"Every one of {len(events)} rows gives the hash that stands in the chain.",
                f"{len(events)} 条记录均与哈希链一致。",
            )
            if not altered
            else (f"Altered: the row at position {altered[0]}.", f"位置 {altered[0]} 的记录与哈希链不符。"),
            is_well=not altered,
        ),
        judged(
            "links_hold",
            chain_file,
            (
                f"{len(proof.links)} links of the chain give the hashes they state.",
                f"{len(proof.links)} 个链环的哈希均成立。",
            )
            if not broken
            else (f"A link breaks at position {broken[0]}.", f"哈希链在位置 {broken[0]} 处断裂。"),
            is_well=not broken,
        ),
        judged(
            "events_whole",
            events_file,
            (
                "The negotiation's events are there from the first on, none left out.",
                "协商记录自首条起完整，无缺漏。",
            )
            if is_whole
            else (
                "Events are missing, or belong to another negotiation.",
                "记录有缺漏，或混入了其他协商的记录。",
            ),
            is_well=is_whole,
        ),
    ]
