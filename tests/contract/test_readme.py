"""The integrator's README: its tables agree with the code and its example is a program."""

from __future__ import annotations

import ast
import re

import pytest

from contracts.envelope import SEQUENCE_DIGITS
from contracts.render import ROOT
from contracts.topics import TOPICS, Topic

README = (ROOT / "README.md").read_text(encoding="utf-8")


def row_of(topic: Topic) -> list[str]:
    rows = [line for line in README.splitlines() if line.startswith(f"| `{topic.name}` | ")]
    assert len(rows) == 1, f"{topic.name} has {len(rows)} rows"
    return [cell.strip() for cell in rows[0].strip("|").split("|")]


@pytest.mark.parametrize("topic", [pytest.param(topic, id=topic.name) for topic in TOPICS])
def test_table_of_topics_is_the_one_in_code(topic: Topic) -> None:
    _, key, said_by, heard_by, partitions, kept, largest = row_of(topic)

    assert key.startswith(f"`{topic.key}`")
    assert said_by.endswith(topic.producer)
    assert all(consumer in heard_by for consumer in topic.consumers)
    assert ("you" in heard_by) == (not topic.private)
    assert int(partitions) == topic.partitions
    assert kept == f"{topic.retention_days} days"
    assert largest.startswith(f"{topic.max_bytes // 1_048_576} MiB")


def rights_of(principal: str) -> tuple[set[str], set[str]]:
    """Return the topics that the table lets a principal write and read, dead letters aside."""
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{principal}` | ")]
    _, write, read, *_ = row.strip("|").split("|")
    topics = re.compile(r"`(amends\.[a-z]+\.v[0-9]+)`")
    return set(topics.findall(write)), set(topics.findall(read))


@pytest.mark.parametrize("principal", sorted({topic.producer for topic in TOPICS}))
def test_table_of_rights_is_the_one_in_code(principal: str) -> None:
    said = {topic.name for topic in TOPICS if topic.producer == principal}
    heard = {topic.name for topic in TOPICS if principal in topic.consumers}

    assert rights_of(principal) == (said, heard)


def test_subscriber_is_a_program_that_hears_every_public_topic() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    tree = ast.parse(program)

    assert len(program.strip().splitlines()) <= 20
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {topic.name for topic in TOPICS if not topic.private} <= named


def test_every_attribute_that_is_written_is_explained() -> None:
    explained = set(re.findall(r"^\| `([a-z]+)` \|", README, re.MULTILINE))

    assert {"id", "type", "source", "subject", "time", "recordedtime", "sequence", "dataschema"} <= explained
    assert {"correlationid", "causationid", "traceparent"} <= explained
    assert f"{SEQUENCE_DIGITS} digits" in README


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"`([a-z_]+\.(?:py|toml|yaml))`", README)) - {"listen.py"}

    assert {name for name in named if not (ROOT / name).is_file()} == set()
