"""Render, check and explain the public contracts, and check an event file against them."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from contracts.catalogue import Entry, catalogue
from contracts.findings import Finding
from contracts.render import check as drift_of
from contracts.render import render as render_files
from contracts.render import schema_of
from contracts.validation import check_event
from operate.errors import OperateError
from operate.terminal import OUT, command_app

JSON_LINES = (".jsonl", ".ndjson")

app = command_app(no_args_is_help=True)


@app.command()
def render() -> None:
    """Write the JSON Schemas and asyncapi.yaml from the models."""
    changed = render_files()
    for name in changed:
        OUT.print(f"wrote contracts/{name}", highlight=False)
    OUT.print(f"{len(changed)} files changed." if changed else "Everything is up to date.")


@app.command()
def check() -> None:
    """Say where the committed contracts drifted from the models; exit 1 if they did."""
    drift = drift_of()
    for sentence in drift:
        OUT.print(f"[red]✗[/] contracts/{escape(sentence)}", highlight=False)
    if drift:
        raise typer.Exit(1)
    OUT.print(f"[green]✓[/] {len(catalogue())} message types, no drift.", highlight=False)


@app.command()
def validate(file: Path) -> None:
    """Check a file of structured events: one JSON object, or JSON Lines (.jsonl, .ndjson)."""
    events = list(_events_in(file))
    faults = [(line, fault) for line, event in events for fault in check_event(event)]
    for line, fault in faults:
        _print_fault(f"{file.name}:{line}", fault)
    if faults:
        raise typer.Exit(1)
    OUT.print(f"[green]✓[/] {len(events)} events are well formed.", highlight=False)


@app.command()
def explain(type_name: str = typer.Argument("", metavar="[TYPE]")) -> None:
    """Tell who says a message, who hears it and what is in it; without TYPE, list all."""
    if not type_name:
        OUT.print(_overview())
        return
    entry = _entry(type_name)
    hearers = [*entry.topic.consumers, *(() if entry.topic.private else ("integrators",))]
    OUT.print(f"[bold]{entry.type_name}[/]  {entry.dataschema}", highlight=False)
    OUT.print(escape(inspect.cleandoc(entry.model.__doc__ or "")), highlight=False)
    OUT.print(f"\n  topic   {entry.topic.name}", highlight=False)
    OUT.print(f"  key     {escape(entry.topic.key)}", highlight=False)
    OUT.print(f"  says it {entry.topic.producer}", highlight=False)
    OUT.print(f"  hear it {', '.join(hearers)}", highlight=False)
    OUT.print(_field_table(entry))


def _events_in(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OperateError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from None
    if file.suffix not in JSON_LINES:
        yield 1, content
        return
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            yield number, line


def _print_fault(place: str, fault: Finding) -> None:
    where = fault.field or "the whole"
    OUT.print(
        f"[red]✗[/] {escape(place)} {escape(where)} [bold]{fault.rule}[/]: {escape(fault.detail)}",
        highlight=False,
    )
    OUT.print(f"  {escape(fault.remedy_en)} {escape(fault.remedy_zh)}", highlight=False)


def _entry(name: str) -> Entry:
    entries = catalogue()
    # Both the full type and the event's own name are what people have at hand.
    for candidate in (name, f"amends.{name}.v1"):
        if candidate in entries:
            return entries[candidate]
    near = difflib.get_close_matches(name, entries, n=3, cutoff=0.3)
    remedy = f"Did you mean {' or '.join(near)}?" if near else "List all with `amends contracts explain`."
    raise OperateError(f"No message is called {name}.", remedy)


def _overview() -> Table:
    table = Table(_name_column("type"), _name_column("topic"), "says it", "what it says")
    for entry in catalogue().values():
        summary = (entry.model.__doc__ or "").partition("\n")[0]
        table.add_row(entry.type_name, entry.topic.name, entry.topic.producer, escape(summary))
    return table


def _field_table(entry: Entry) -> Table:
    table = Table(_name_column("member"), "kind", "required", "meaning")
    schema = schema_of(entry)
    for name, member, required in _members(schema, schema.get("$defs", {})):
        table.add_row(
            name, escape(_kind(member)), "yes" if required else "", escape(member.get("description", ""))
        )
    return table


def _name_column(header: str) -> Column:
    # A name cut short is no name: fold it instead.
    return Column(header, overflow="fold")


def _members(
    node: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    for name, member in node.get("properties", {}).items():
        yield f"{prefix}{name}", member, name in node.get("required", ())
        inner = _definition_within(member)
        if inner:
            dots = "[]." if "items" in member else "."
            yield from _members(definitions[inner], definitions, f"{prefix}{name}{dots}")


def _definition_within(member: Mapping[str, Any]) -> str | None:
    choices = [member, member.get("items", {}), *member.get("anyOf", ())]
    references = [choice["$ref"] for choice in choices if "$ref" in choice]
    return str(references[0]).rpartition("/")[2] if references else None


def _kind(member: Mapping[str, Any]) -> str:
    if "anyOf" in member:
        # "or null" says no more than "not required".
        return " or ".join(_kind(choice) for choice in member["anyOf"] if choice.get("type") != "null")
    if "$ref" in member:
        return str(member["$ref"]).rpartition("/")[2]
    if "enum" in member:
        return " | ".join(map(str, member["enum"]))
    if "const" in member:
        return f"always {member['const']}"
    if member.get("type") == "array":
        return f"list of {_kind(member.get('items', {}))}"
    return str(member.get("format") or member.get("type", "anything"))
