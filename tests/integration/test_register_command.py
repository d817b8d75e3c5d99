"""`amends register`: a file of complaints into a real intake, good and broken lines side by side."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from operate.commands.register import app
from operate.errors import OperateError
from tests.system.installation import LiveInstallation
from tests.system.people import AGENT, OPERATOR, PLATFORM, People, Who

SECRET = "eine geheime Geschichte 秘密"
COMPLAINT = {
    "source": "hotline",
    "channel": "phone",
    "reference": "F-1",
    "received_at": "2026-03-01T09:30:00+08:00",
    "complainant": {"name": "Ada Secret", "phone": "+44 7700 900123"},
    "narrative": f"The tap still drips. {SECRET}",
}


@pytest.fixture
def token_file(people: People, tmp_path: Path) -> Path:
    return token_in(people, PLATFORM, tmp_path)


def token_in(people: People, who: Who, folder: Path) -> Path:
    file = folder / f"{who.actor}.token"
    file.write_text(people.token(who) + "\n", encoding="ascii")
    return file


def line(**changes: Any) -> str:
    return json.dumps({**COMPLAINT, **changes}, ensure_ascii=False)


def file_of(folder: Path, *lines: str, name: str = "complaints.jsonl") -> Path:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


async def ran(installation: LiveInstallation, token: Path, *arguments: str, language: str = "en") -> Result:
    """Run the command as a shell would, beside this test's own loop."""
    url = installation.only("intake").address
    words = [*arguments, "--url", url, "--token-file", str(token)]
    environment = {"LANG": language, "COLUMNS": "200"}
    return await asyncio.to_thread(CliRunner().invoke, app, words, env=environment)


async def test_every_line_is_judged_by_itself_and_one_refused_line_is_a_failure(
    installation: LiveInstallation, token_file: Path, tmp_path: Path
) -> None:
    broken = [
        "{not json",
        line(reference="F-2", channel="pigeon"),
        line(reference="F-3", received_at="2026-03-01"),
        line(reference="F-4", narrative="x" * 300_000),
        line(narrative="something else"),
    ]
    await ran(installation, token_file, str(file_of(tmp_path, line(), name="earlier.jsonl")))
    file = file_of(tmp_path, line(), *broken, line(reference="F-5", colour="red"))

    said = await ran(installation, token_file, str(file), "--json")

    found = json.loads(said.stdout)
    assert said.exit_code == 1
    assert (found["registered"], found["known"], found["refused"]) == (1, 1, 5)
    assert [(each["line"], each["rule"]) for each in found["refusals"]] == [
        (2, "not_json"),
        (3, "value_unknown"),
        (4, "time_malformed"),
        (5, "body_too_large"),
        (6, "reference_conflict"),
    ]
    assert [each["field"] for each in found["refusals"]][1:3] == ["/channel", "/received_at"]
    assert all(each["remedy"] for each in found["refusals"])
    assert found["passed_over"] == {"/colour": 1}


async def test_sending_a_file_again_changes_nothing_and_goes_well(
    installation: LiveInstallation, token_file: Path, tmp_path: Path
) -> None:
    file = file_of(tmp_path, *(line(reference=f"AGAIN-{number}") for number in range(30)))

    first = await ran(installation, token_file, str(file))
    second = await ran(installation, token_file, str(file))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "30 registered" in first.stdout
    assert "0 registered" in second.stdout
    assert "30 already known" in second.stdout


async def test_nothing_of_what_people_wrote_is_shown(
    installation: LiveInstallation, token_file: Path, tmp_path: Path
) -> None:
    file = file_of(tmp_path, line(reference="P-1", channel=SECRET), line(reference="P-2", **{SECRET: "x"}))

    said = await ran(installation, token_file, str(file))

    assert said.exit_code == 1
    assert "value_unknown" in said.stdout
    for personal in (SECRET, "Ada", "900123"):
        assert personal not in said.output


async def test_a_csv_file_is_registered_by_its_header_with_remedies_in_chinese(
    installation: LiveInstallation, token_file: Path, tmp_path: Path
) -> None:
    header = "source,channel,reference,received_at,narrative,complainant.phone,complainant.vulnerable"
    good = 'hotline,phone,CSV-1,2026-03-01T09:30:00Z,"Drips,\nstill",+44 7700 900123,true'
    bad = "hotline,phone,CSV-2,2026-03-01T09:30:00,No zone,+44 7700 900123,true"
    long = f"{bad},and,more"
    file = file_of(tmp_path, header, good, bad, long, name="complaints.csv")

    said = await ran(installation, token_file, str(file), language="zh_CN.UTF-8")

    assert "1 registered" in said.stdout
    assert "time_without_zone" in said.stdout
    assert "时间必须带时区" in said.stdout
    assert "csv_too_many_cells" in said.stdout


async def test_staff_and_customers_register_too_but_an_operator_does_not(
    installation: LiveInstallation, people: People, tmp_path: Path
) -> None:
    file, another = file_of(tmp_path, line(reference="WHO-1")), tmp_path / "another.jsonl"
    another.write_text(line(reference="WHO-2"), encoding="utf-8")

    codes = [
        (await ran(installation, token_in(people, who, tmp_path), str(file))).exit_code
        for who in (AGENT, Who("anybody", ("customer",)))
    ]
    refused = await ran(installation, token_in(people, OPERATOR, tmp_path), str(another))

    assert codes == [0, 0]
    assert isinstance(refused.exception, OperateError)
    assert "may not register" in refused.exception.message


async def test_without_a_token_for_an_address_nothing_is_sent(
    installation: LiveInstallation, tmp_path: Path
) -> None:
    words = [str(file_of(tmp_path, line())), "--url", installation.only("intake").address]

    said = await asyncio.to_thread(CliRunner().invoke, app, words)

    assert isinstance(said.exception, OperateError)
    assert "--token-file" in said.exception.remedy
