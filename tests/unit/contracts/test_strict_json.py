"""Bytes from outside: what is JSON that every reader reads alike, and what is refused by which rule."""

from __future__ import annotations

import json
import time

import pytest

from contracts.strict_json import MAX_BYTES, BadBody, parse_json, safe_name


def refused_by(body: bytes) -> str:
    with pytest.raises(BadBody) as refusal:
        parse_json(body)
    return refusal.value.rule


def test_ordinary_body_is_read_as_plain_values() -> None:
    body = '{"narrative":"水管漏水","count":3,"paid":1.5,"tags":[true,null]}'.encode()

    value = parse_json(body)

    assert value == {"narrative": "水管漏水", "count": 3, "paid": 1.5, "tags": [True, None]}


def test_body_of_256_kib_is_read_and_one_byte_more_is_refused() -> None:
    body = b'"' + b"x" * (MAX_BYTES - 2) + b'"'

    assert len(parse_json(body)) == MAX_BYTES - 2
    assert refused_by(body + b" ") == "body_too_large"


def test_byte_order_mark_is_passed_over() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "latin-1"])
def test_other_charsets_are_refused(charset: str) -> None:
    text = '{"a":"é"}' if charset == "latin-1" else '{"a":"水管漏水"}'

    assert refused_by(text.encode(charset)) == "not_utf8"


@pytest.mark.parametrize("body", [rb'["\ud800"]', rb'["\udc00x"]', rb'{"\uDBFF": 1}'])
def test_half_a_surrogate_pair_is_refused(body: bytes) -> None:
    assert refused_by(body) == "not_utf8"


def test_whole_surrogate_pair_is_one_character() -> None:
    assert parse_json(rb'["\ud83d\ude00"]') == ["😀"]


@pytest.mark.parametrize("body", [b'["a\0b"]', rb'["a\u0000b"]', rb'["\\\u0000"]', rb'{"\u0000":1}'])
def test_nul_is_refused_raw_and_escaped(body: bytes) -> None:
    assert refused_by(body) == "nul_character"


def test_backslash_before_u0000_is_ordinary_text() -> None:
    assert parse_json(rb'["\\u0000"]') == [r"\u0000"]


def test_depth_32_is_read_and_depth_33_is_refused() -> None:
    assert parse_json(b"[" * 32 + b"]" * 32)
    assert refused_by(b'{"a":' * 33 + b"1" + b"}" * 33) == "too_deep"


def test_brackets_inside_text_and_side_by_side_are_not_depth() -> None:
    assert parse_json(json.dumps(["[{" * 100, '\\"[' * 100]).encode())
    assert len(parse_json(b"[" + b"[]," * 1000 + b"[]]")) == 1001


@pytest.mark.parametrize("body", [b"", b"{", b"{'a':1}", b'{"a":1,}', b"[1] x", b'["\x01"]', b'"\\"', b"01"])
def test_broken_json_is_refused(body: bytes) -> None:
    assert refused_by(body) == "not_json"


@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b'[{"b":{"c":1,"d":2,"c":3}}]', rb'{"a":1,"\u0061":2}'])
def test_member_given_twice_is_refused(body: bytes) -> None:
    assert refused_by(body) == "duplicate_member"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000])
def test_number_no_reader_can_hold_is_refused(number: str) -> None:
    assert refused_by(f"[{number}]".encode()) == "not_finite"


def test_refusal_quotes_nothing_of_the_body() -> None:
    bodies = [
        b'{"note":"Zhang Wei 13800138000',
        b'{"13800138000":1,"13800138000":2}',
        b'{"a":"Zhang Wei"} Zhang',
    ]

    for body in bodies:
        with pytest.raises(BadBody) as refusal:
            parse_json(body)

        assert "138" not in str(refusal.value)
        assert "Zhang" not in str(refusal.value)
        assert refusal.value.__cause__ is None


def test_name_that_is_no_plain_word_is_not_told() -> None:
    assert safe_name("purchases") == "purchases"
    assert safe_name("13800138000") == "*"
    assert safe_name("张伟") == "*"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * (MAX_BYTES // 2) + b"]" * (MAX_BYTES // 2),
        b"[" * MAX_BYTES,
        b'"' * MAX_BYTES,
        b'"' + b"\\" * (MAX_BYTES - 1),
        b"{" + b",".join(b'"%d":0' % n for n in range(25_000)) + b',"0":0}',
    ],
    ids=["deep", "open", "quotes", "backslashes", "members"],
)
def test_hostile_body_is_judged_within_a_blink(body: bytes) -> None:
    start = time.perf_counter()

    with pytest.raises(BadBody):
        parse_json(body)

    assert time.perf_counter() - start < 1.0
