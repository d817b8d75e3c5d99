"""Bad input at intake's front door: told by field, rule and remedy in both languages, nothing stored in part."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest

from hosting.identity import new_signing_key
from tests.system.complaints import PAST_EN, complaint, registered
from tests.system.installation import LiveInstallation
from tests.system.people import AGENT, OPERATOR, PLATFORM, People, Who
from tests.system.reading import heads, settled

REGISTER: Final = "/v1/complaints"
NOBODY: Final = "018f0000-0000-8000-8000-00000000dead"


@dataclass(frozen=True, slots=True)
class Bad:
    """A request that must be refused: the body, what of it is wrong, and the answer it must get."""

    what: str
    status: int
    rule: str
    at: str
    body: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    path: str = REGISTER
    who: Who = AGENT


def body(**changes: Any) -> dict[str, Any]:
    return complaint(PAST_EN, **changes)


def priced(amount: Any, currency: str = "CNY") -> dict[str, Any]:
    return body(product={"name": "Kettle", "price": {"amount": amount, "currency": currency}})


def text_of(document: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**document, **changes}, ensure_ascii=False).encode()


def answered(**sent: Any) -> dict[str, Any]:
    return {"reached": True, "solved": True, "perceived": 4, "expected": 3, **sent}


def demanded(**given: str) -> dict[str, Any]:
    return {"demands": [{"kind": "refund", **given}]}


JSON: Final = {"content-type": "application/json"}
TOKEN: Final = "header:authorization"
VISITS: Final = f"{REGISTER}/{NOBODY}/return-visits"
CORRECTIONS: Final = f"{REGISTER}/{NOBODY}/classification"
LETTERS: Final = "/v1/operations/dead-letters"

BAD: Final = [
    Bad("a missing field", 422, "field_missing", "/narrative", body(narrative=None)),
    Bad("an empty text", 422, "field_missing", "/narrative", {**body(), "narrative": "  "}),
    Bad("a field of the wrong type", 422, "text_expected", "/narrative", {**body(), "narrative": 5}),
    Bad("no way to reach the customer", 422, "contact_missing", "/complainant", body(complainant={"name": "A"})),
    Bad("an unknown channel", 422, "value_unknown", "/channel", body(channel="pigeon")),
    Bad("a list for a body", 422, "object_expected", "body", [1]),
    Bad("300 KiB", 413, "body_too_large", "body", {**body(), "narrative": "x" * 300 * 1024}),
    Bad("depth 33", 400, "too_deep", "body", content=b'{"a":' * 33 + b"1" + b"}" * 33, headers=JSON),
    Bad("a NUL character", 400, "nul_character", "body", {**body(), "narrative": "a\0b"}),
    Bad("another character set", 415, "charset_unsupported", "header:content-type", content=b"{}", headers={"content-type": "application/json; charset=gbk"}),
    Bad("bytes that are not UTF-8", 400, "not_utf8", "body", content=text_of(body()).replace(b"charged", "多扣费".encode("gbk")), headers=JSON),
    Bad("another media type", 415, "media_type_unsupported", "header:content-type", content=b"<a/>", headers={"content-type": "text/xml"}),
    Bad("no JSON", 400, "not_json", "body", content=b'{"source":', headers=JSON),
    Bad("a member twice", 400, "duplicate_member", "body", content=b'{"source":"a","source":"b"}', headers=JSON),
    Bad("a number that is none", 400, "not_finite", "body", content=b'{"purchases_12m": NaN}', headers=JSON),
    Bad("a number as text", 422, "number_expected", "/purchases_12m", body(purchases_12m="5")),
    Bad("an instant without a zone", 422, "time_without_zone", "/received_at", body(received_at="2026-03-01T09:30:00")),
    Bad("a time from the future", 422, "received_in_future", "body", body(received_at="2099-01-01T00:00:00Z")),
    Bad("a date with a time", 422, "date_malformed", "/product/produced_on", body(product={"produced_on": "2026-03-01T00:00:00Z"})),
    Bad("negative money", 422, "amount_negative", "/product/price/amount", priced("-5.00")),
    Bad("float money", 422, "amount_not_text", "/product/price/amount", priced(1.5)),
    Bad("an unknown currency", 422, "unknown_currency", "/product/price/currency", priced("1.50", "ZZZ")),
    Bad("more decimals than the currency has", 422, "too_many_decimals", "/product/price/amount", priced("1.5", "JPY")),
    Bad("no token", 401, "token_missing", TOKEN, body(), headers={"authorization": ""}),
    Bad("a wrong token", 401, "token_invalid", TOKEN, body(), headers={"authorization": "Bearer x.y.z"}),
    Bad("a role that may not", 403, "front_door_only", TOKEN, body(), who=Who("reviewer-1", ("reviewer",))),
    Bad("the system's role from outside", 401, "token_invalid", TOKEN, body(), who=Who("intake", ("system",))),
    Bad("an unusable idempotency key", 400, "idempotency_key_malformed", "header:idempotency-key", body(), headers={"idempotency-key": "a b"}),
    Bad("an id that is none", 422, "text_malformed", "path:complaint", {"text": "x"}, path=f"{REGISTER}/17/replies"),
    Bad("a float for a score", 422, "number_expected", "/perceived", answered(perceived=4.5), path=VISITS),
    Bad("a score out of range", 422, "number_out_of_range", "/expected", answered(expected=6), path=VISITS),
    Bad("an unknown outcome", 422, "value_unknown", "/outcome", {"outcome": "maybe", "text": "x"}, path=f"{REGISTER}/{NOBODY}/answer"),
    Bad("half of a sum", 422, "sum_incomplete", "/demands/0", demanded(amount="5.00"), path=CORRECTIONS),
    Bad("a corrected sum in no currency", 422, "unknown_currency", "/demands/0/currency", demanded(amount="5.00", currency="ZZZ"), path=CORRECTIONS),
    Bad("mended bytes that are not base64", 422, "not_base64", "/mended_value", {"mended_value": "*"}, path=f"{LETTERS}/1/requeue", who=OPERATOR),
    Bad("a number no log has", 422, "number_out_of_range", "path:number", {}, path=f"{LETTERS}/{2**63}/requeue", who=OPERATOR),
    Bad("a position no log has", 422, "number_out_of_range", "/from_position", {"from_position": 2**63}, path="/v1/operations/republish", who=OPERATOR),
    Bad("a member nobody knows", 422, "field_unknown", "body", {"text": "x", "tone": "kind"}, path=f"{REGISTER}/{NOBODY}/replies"),
]  # fmt: skip


async def ask(people: People, bad: Bad, language: str) -> httpx.Response:
    sent = {"authorization": f"Bearer {people.token(bad.who)}", "accept-language": language, **bad.headers}
    content = (
        bad.content if bad.content is not None else text_of(bad.body) if isinstance(bad.body, dict) else None
    )
    if content is None:
        content = json.dumps(bad.body).encode()
    return await people.clients["intake"].post(bad.path, content=content, headers={**JSON, **sent})


@pytest.mark.parametrize("bad", BAD, ids=[bad.what for bad in BAD])
async def test_bad_input_is_told_in_both_languages_and_leaves_nothing(
    installation: LiveInstallation, people: People, bad: Bad
) -> None:
    before = await heads(installation)
    english, chinese = [await ask(people, bad, language) for language in ("en", "zh")]
    after = await heads(installation)
    alive = await people.clients["intake"].get("/health/live")

    for answer in (english, chinese):
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, problem["rule"], problem.get("field")) == (bad.status, bad.rule, bad.at)
        assert problem["title"]
        assert problem["remedy"]
        assert problem["type"].endswith(bad.rule)
    assert english.headers["content-language"] == "en"
    assert english.json()["remedy"] != chinese.json()["remedy"]
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese.json()["remedy"])
    assert after == before
    assert alive.status_code == 200


async def test_several_wrong_fields_are_all_named(people: People) -> None:
    answer = await people.ask(AGENT, "POST", REGISTER, body={"channel": "pigeon"})

    named = {(error["field"], error["rule"]) for error in answer.json()["errors"]}
    assert {
        ("/source", "field_missing"),
        ("/channel", "value_unknown"),
        ("/narrative", "field_missing"),
    } <= named


@pytest.mark.parametrize(
    ("mint", "rule"),
    [
        (lambda people: people.mint(AGENT, seconds=-60), "token_expired"),
        (lambda people: people.mint(AGENT, key=new_signing_key()[0]), "token_invalid"),
    ],
    ids=["expired", "signed by somebody else"],
)
async def test_token_that_does_not_count_is_refused(
    people: People, mint: Callable[[People], str], rule: str
) -> None:
    headers = {"authorization": f"Bearer {mint(people)}"}
    answer = await people.ask(AGENT, "POST", REGISTER, body=body(), headers=headers)

    assert (answer.status_code, answer.json()["rule"]) == (401, rule)
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_same_reference_with_other_content_is_refused_and_the_first_stays(
    installation: LiveInstallation, people: People
) -> None:
    first = body()
    one = await registered(people, first)
    await settled(installation)
    before = await heads(installation)
    again = await people.ask(PLATFORM, "POST", REGISTER, body={**first, "narrative": "Another story."})
    same = await people.post(PLATFORM, REGISTER, {**first, "received_at": "2026-11-01T08:00:00Z"})

    assert (again.status_code, again.json()["rule"]) == (409, "reference_conflict")
    assert (same["complaint"], same["events"]) == (one, [])
    assert await heads(installation) == before


async def test_same_idempotency_key_gives_the_same_answer_and_one_complaint(people: People) -> None:
    first, key = body(), {"idempotency-key": "K-1"}
    answers = [(await people.ask(AGENT, "POST", REGISTER, body=first, headers=key)).json() for _ in range(3)]
    other = await people.ask(AGENT, "POST", REGISTER, body=body(), headers={"idempotency-key": "K-2"})

    assert len({(answer["complaint"], answer["version"]) for answer in answers}) == 1
    assert [answer["repeated"] for answer in answers] == [False, True, True]
    assert other.json()["complaint"] != answers[0]["complaint"]


async def test_caller_that_hangs_up_in_mid_body_stores_nothing(
    installation: LiveInstallation, people: People
) -> None:
    await settled(installation)
    before = await heads(installation)
    head = (
        f"POST {REGISTER} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {people.token(AGENT)}\r\n"
        "content-type: application/json\r\ncontent-length: 500\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", installation.only("intake").port)) as line:
        line.sendall(head.encode())
    # Nothing is to happen: there is no fact to wait for.
    await asyncio.sleep(0.2)

    assert await heads(installation) == before
    assert (await people.get(OPERATOR, "/v1/operations/chain", service="intake"))["whole"]


@pytest.mark.parametrize("service", ["intake", "escalation"])
@pytest.mark.parametrize(
    ("query", "at"),
    [({"desk": "a\0b"}, "query:desk"), ({"min_position": str(2**63)}, "query:min_position")],
)
async def test_list_asked_for_what_cannot_be_says_so(
    people: People, service: str, query: dict[str, str], at: str
) -> None:
    path = {"intake": REGISTER, "escalation": "/v1/escalations"}[service]
    headers = {"authorization": f"Bearer {people.token(OPERATOR)}"}
    answer = await people.clients[service].get(path, params=query, headers=headers)

    assert (answer.status_code, answer.json()["field"]) == (422, at)
