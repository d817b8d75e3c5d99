"""Lines of a file as bodies for the register's door: JSON Lines as they are, CSV by its header."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.register import Register
from operate.errors import OperateError
from operate.registering.lines import REMEDIES, Line, columns, lines_of

HEADER = "source,channel,reference,received_at,narrative"
ROW = "hotline,phone,C-1,2026-03-03T12:00:00+08:00,It drips"


def lines(folder: Path, text: str | bytes, name: str = "complaints.csv") -> list[Line]:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(lines_of(file))


def body(line: Line) -> dict[str, Any]:
    assert line.body is not None
    found: dict[str, Any] = json.loads(line.body)
    return found


def test_json_lines_are_sent_as_they_are_with_their_numbers(tmp_path: Path) -> None:
    found = lines(tmp_path, b'{"a": 1}\n\n  \n{"b": \xff\n', "complaints.jsonl")

    assert found == [Line(1, b'{"a": 1}'), Line(4, b'{"b": \xff')]


def test_a_column_with_dots_fills_a_member_that_lies_deeper(tmp_path: Path) -> None:
    [line] = lines(
        tmp_path,
        f"{HEADER},complainant.phone,product.price.amount,product.price.currency\n{ROW},+44 20 7946 0000,12.50,GBP\n",
    )

    assert body(line)["complainant"] == {"phone": "+44 20 7946 0000"}
    assert body(line)["product"] == {"price": {"amount": "12.50", "currency": "GBP"}}


def test_numbers_and_truth_values_are_as_json_has_them_and_amounts_stay_text(tmp_path: Path) -> None:
    [line] = lines(tmp_path, f"{HEADER},purchases_12m,complainant.vulnerable,order\n{ROW},7,TRUE,0042\n")

    assert (body(line)["purchases_12m"], body(line)["complainant"], body(line)["order"]) == (
        7,
        {"vulnerable": True},
        "0042",
    )


def test_what_is_no_number_stays_text_for_the_door_to_refuse(tmp_path: Path) -> None:
    [line] = lines(tmp_path, f"{HEADER},purchases_12m\n{ROW},7.5\n")

    assert body(line)["purchases_12m"] == "7.5"


def test_an_empty_cell_is_an_absent_member(tmp_path: Path) -> None:
    [line] = lines(tmp_path, f"{HEADER},complainant.name,complainant.phone\n{ROW},,\n")

    assert "complainant" not in body(line)


def test_a_line_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    found = lines(tmp_path, f'{HEADER}\n{ROW},too,many\n"{"x" * 1_000_001}",b\n{ROW}\n')

    assert [line.rule for line in found] == ["csv_too_many_cells", "csv_unreadable", ""]
    assert {line.rule for line in found} - {""} <= REMEDIES.keys()


def test_a_complaint_is_found_by_the_line_it_begins_on(tmp_path: Path) -> None:
    found = lines(tmp_path, f'{HEADER}\n{ROW[:-8]}"first\nsecond\nthird"\n{ROW}\n')

    assert [line.number for line in found] == [2, 5]


def test_columns_that_hold_one_another_are_refused(tmp_path: Path) -> None:
    [line] = lines(tmp_path, f"{HEADER},complainant,complainant.phone\n{ROW},Ann,123\n")

    assert line.rule == "csv_columns_clash"


def test_a_mark_of_byte_order_and_blanks_around_names_do_not_matter(tmp_path: Path) -> None:
    [line] = lines(tmp_path, f"\ufeff{HEADER.replace(',', ' , ')}\n{ROW}\n")

    assert body(line)["source"] == "hotline"


def test_a_file_without_a_required_column_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="received_at"):
        lines(tmp_path, "source,channel,reference,narrative\na,b,c,d\n")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("x", "complaints.xlsx", "neither JSON Lines nor CSV"),
        ("名".encode("gb18030") + b"\n", "a.csv", "not UTF-8"),
    ],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, text: str | bytes, name: str, said: str) -> None:
    with pytest.raises(OperateError, match=said):
        lines(tmp_path, text, name)


def test_a_file_that_is_not_there_is_told_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="cannot be read"):
        list(lines_of(tmp_path / "nowhere.csv"))


def test_columns_are_the_members_of_the_register_but_for_lists() -> None:
    tops = {name.partition(".")[0] for name in columns()}

    assert tops == Register.model_fields.keys() - {"attachments"}
    assert {name for name, kind in columns().items() if kind is bool} == {
        "complainant.vulnerable",
        "complainant.protected",
    }
    assert [name for name, kind in columns().items() if kind is int] == ["purchases_12m"]
