"""Watch what travels on a topic: type, subject, sequence and data of each event."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from rich.markup import escape

from contracts.envelope import Envelope, EnvelopeError, read, to_structured
from contracts.topics import all_topics
from eventlog.kafka.access import KafkaAccess
from operate.errors import OperateError
from operate.kafka_access import kafka_of, kafka_trouble
from operate.settings import read_settings
from operate.stack.local import engines_of
from operate.terminal import OUT, command_app

TYPE_COLUMNS, SUBJECT_COLUMNS = 36, 48
# These carry personal data in clear, or what could not even be read: their content stays off the screen.
PRIVATE = tuple(topic.name for topic in all_topics() if topic.private)

app = command_app(no_args_is_help=True)


@app.callback()
def topic() -> None:
    """Watch what travels on a topic."""


@app.command()
def tail(
    name: Annotated[str, typer.Argument(metavar="TOPIC", help="Like amends.complaint.v1.")],
    *,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Everything the topic still holds, then what comes.")
    ] = False,
    count: Annotated[int, typer.Option(min=0, help="Stop after so many events; 0 never stops.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="One whole CloudEvent in structured JSON a line.")
    ] = False,
) -> None:
    """Show events as they come, until Ctrl-C. Nothing is acknowledged: nobody misses what was looked at here."""
    settings = read_settings()
    kafka = kafka_of(settings) or engines_of(settings).access
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_tail(kafka, name, from_beginning=from_beginning, count=count, as_json=as_json))


async def _tail(kafka: KafkaAccess, name: str, *, from_beginning: bool, count: int, as_json: bool) -> None:
    seen = 0
    async for record in _records(kafka, name, from_beginning=from_beginning):
        show = _show_json if as_json else _show_line
        show(record)
        seen += 1
        if seen == count:
            return


async def _records(
    kafka: KafkaAccess, name: str, *, from_beginning: bool
) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    consumer = AIOKafkaConsumer(
        **kafka.options,
        client_id="amends-topic",
        enable_auto_commit=False,
        auto_offset_reset="earliest" if from_beginning else "latest",
    )
    try:
        await consumer.start()
        _require_topic(name, await consumer.topics())
        consumer.subscribe([name])
        async for record in consumer:
            yield record
    except KafkaError as error:
        raise await kafka_trouble(kafka, error) from error
    finally:
        await consumer.stop()


def _require_topic(name: str, known: set[str]) -> None:
    if name not in known:
        ours = ", ".join(sorted(each for each in known if not each.startswith("_"))) or "none"
        raise OperateError(f"There is no topic {name}.", f"Take one of those there are: {ours}.")


def _show_json(record: ConsumerRecord[bytes, bytes]) -> None:
    found = _envelope(record)
    if isinstance(found, Envelope) and not _is_private(record.topic):
        typer.echo(to_structured(found))


def _show_line(record: ConsumerRecord[bytes, bytes]) -> None:
    found = _envelope(record)
    if not isinstance(found, Envelope):
        OUT.print(f"[red]unreadable[/] {found} at offset {record.offset}", highlight=False, soft_wrap=True)
        return
    sequence = "-" if found.sequence is None else str(found.sequence)
    OUT.print(
        f"[bold]{escape(found.type):{TYPE_COLUMNS}}[/] {escape(found.subject or ''):{SUBJECT_COLUMNS}}"
        f" {sequence:>3}  [dim]{escape(_data(record.topic, found))}[/]",
        highlight=False,
        soft_wrap=True,
    )


def _envelope(record: ConsumerRecord[bytes, bytes]) -> Envelope | str:
    """Return the event of a record, or the rule by which it is none."""
    try:
        return read(record.headers, record.value)
    except EnvelopeError as error:
        return error.rule


def _is_private(topic: str) -> bool:
    """Tell whether a topic is private, behind whatever prefix an installation gave it."""
    return any(topic == name or topic.endswith(f".{name}") for name in PRIVATE)


def _data(topic: str, envelope: Envelope) -> str:
    if _is_private(topic):
        return "not shown: the topic is private"
    try:
        members: dict[str, Any] = json.loads(envelope.data)
    except ValueError:
        return "not JSON"
    blocks = len(members.pop("sealed", ()))
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return f"{text} + {blocks} sealed" if blocks else text
