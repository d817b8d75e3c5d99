"""`amends contracts`: what an integrator and the gate see on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.render import ROOT
from operate.commands.contracts import app
from operate.errors import OperateError

EXAMPLE = ROOT / "examples/amends.contact.reported.v1.en.json"


def run(*arguments: str, code: int = 0) -> str:
    outcome = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments))
    if isinstance(outcome.exception, OperateError):
        raise outcome.exception
    assert outcome.exit_code == code, outcome.output
    return outcome.output


def test_check_says_that_nothing_drifted() -> None:
    assert "no drift" in run("check")


def test_explain_tells_who_says_it_who_hears_it_and_the_members() -> None:
    told = run("explain", "amends.contact.reported.v1")

    assert "says it platform" in told
    assert "hear it intake" in told
    assert "urn:amends:schema:amends.contact.reported.v1/1.0" in told
    assert "product.price.amount" in told


def test_explain_takes_an_events_own_name() -> None:
    assert run("explain", "contact.reported") == run("explain", "amends.contact.reported.v1")


def test_explain_without_a_type_lists_all() -> None:
    assert "amends.contact.reported.v1" in run("explain")


def test_explain_of_an_unknown_type_suggests_the_nearest() -> None:
    with pytest.raises(OperateError) as failure:
        run("explain", "amends.contact.report.v1")

    assert "amends.contact.reported.v1" in failure.value.remedy


def test_validate_accepts_an_example_and_a_file_of_many() -> None:
    assert "1 events" in run("validate", str(EXAMPLE))


def test_validate_counts_the_lines_of_json_lines(tmp_path: Path) -> None:
    line = b"".join(EXAMPLE.read_bytes().splitlines()) + b"\n"
    events = tmp_path / "events.jsonl"
    events.write_bytes(line + b"\n" + line)

    assert "2 events" in run("validate", str(events))


def test_validate_names_line_field_rule_and_remedy_in_both_languages(tmp_path: Path) -> None:
    good = b"".join(EXAMPLE.read_bytes().splitlines())
    events = tmp_path / "events.jsonl"
    faulty = good.replace(b'"channel": "email"', b'"channel": "fax", "fax": "1"')
    assert faulty != good
    events.write_bytes(good + b"\n" + faulty + b"\n" + b"{\n")

    told = run("validate", str(events), code=1)

    assert "events.jsonl:2 /data/channel value_unknown" in told
    assert "events.jsonl:2 /data/fax field_unknown" in told
    assert "events.jsonl:3 the whole not_json" in told
    assert "请从 detail 列出的取值中选择" in told


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (b'{"specversion":"1.0","id":"1","source":"/a","type":"amends.no.v1","data":{}}', "unknown_type"),
        (
            b'{"specversion":"1.0","id":"1","source":"/a","type":"amends.contact.reported.v1","dataschema":"x","data":{}}',
            "unknown_schema_version",
        ),
        (b'{"specversion":"1.0","id":"1","source":"/a","type":"amends.contact.reported.v1"}', "no_data"),
        (
            b'{"specversion":"1.0","id":"1","source":"/a","type":"amends.contact.reported.v1","data":{}}',
            "subject_missing",
        ),
    ],
)
def test_validate_names_what_is_wrong_with_an_envelope(tmp_path: Path, event: bytes, rule: str) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(event)

    assert rule in run("validate", str(file), code=1)


def test_validate_of_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="cannot be read"):
        run("validate", str(tmp_path / "none.json"))
