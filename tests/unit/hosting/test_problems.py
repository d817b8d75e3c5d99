from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from contracts.findings import RULES
from hosting.failures import _RULE_OF_STATUS
from hosting.faults import pointer
from hosting.problems import Problem, RefusalTexts, TextsBroken, document, preferred_language
from tests.unit.hosting.conftest import Mint
from tests.unit.hosting.sample import CANARY, REFUSALS, Sample

ROOT = Path(__file__).parents[3]


async def test_refusal_of_the_domain_is_a_conflict_with_remedy(client: httpx.AsyncClient, mint: Mint) -> None:
    complaint = "7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11"
    headers = {"authorization": f"Bearer {mint('manager')}"}

    answer = await client.post(f"/v1/complaints/{complaint}/close", headers=headers)

    assert answer.headers["content-type"] == "application/problem+json"
    assert {
        "type": "urn:amends:problem:already_closed",
        "title": "The complaint is closed",
        "status": 409,
        "detail": "it was closed before",
        "instance": f"urn:amends:request:{answer.headers['x-request-id']}",
        "rule": "already_closed",
        "remedy": "Reopen it first.",
    } == answer.json()


async def test_refusal_takes_the_status_its_texts_name(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/failures/owner")

    assert (answer.status_code, answer.json()["rule"]) == (403, "owner_only")


async def test_refusal_without_wording_is_told_by_its_name(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/failures/unworded")

    assert (answer.status_code, answer.json()["title"]) == (409, "Never worded")


async def test_problem_speaks_chinese_when_asked(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/failures/owner", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})

    assert answer.headers["content-language"] == "zh"
    assert (answer.json()["title"], answer.json()["remedy"]) == ("仅限负责人操作", "请联系负责人。")


async def test_unknown_failure_is_told_without_its_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/failures/bug")

    assert (answer.status_code, answer.json()["rule"]) == (500, "unexpected_failure")
    assert answer.json()["instance"].endswith(answer.headers["x-request-id"])
    assert CANARY not in answer.text
    assert "KeyError" not in answer.text


async def test_store_trouble_asks_to_come_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/failures/store")

    assert (answer.status_code, answer.json()["rule"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_unknown_address_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nowhere")

    assert (answer.status_code, answer.json()["rule"]) == (404, "not_found")


async def test_wrong_method_names_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/complaints")

    assert (
        answer.status_code,
        answer.json()["rule"],
        answer.headers["allow"],
    ) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize(
    ("address", "place", "rule"),
    [
        (f"/v1/failures/slow?limit={CANARY}", "query:limit", "number_expected"),
    ],
)
async def test_wrong_parameter_is_named_not_quoted(
    client: httpx.AsyncClient, address: str, place: str, rule: str
) -> None:
    answer = await client.get(address)

    assert (422, place, rule) == (answer.status_code, answer.json()["field"], answer.json()["rule"])
    assert CANARY not in answer.text


async def test_wrong_id_in_the_path_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/complaints/13800138000/close")

    assert (
        answer.status_code,
        answer.json()["field"],
        answer.json()["rule"],
    ) == (422, "path:complaint", "id_malformed")
    assert "13800138000" not in answer.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "en"),
        ("zh", "zh"),
        ("en;q=0.5, zh-Hant-TW;q=0.7", "zh"),
        ("zh;q=0, en", "en"),
        ("zh;q=nonsense", "en"),
        ("*, zh;q=0.5", "en"),
        (",;q=,,", "en"),
    ],
)
def test_first_language_we_speak_is_taken(header: str, language: str) -> None:
    assert language == preferred_language(header)


def test_pointer_escapes_nothing_and_ends_where_input_begins() -> None:
    assert pointer(("asked", 0, "kind")) == "/asked/0/kind"
    assert pointer(("labels", CANARY, "kind")) == "/labels"
    assert pointer(("asked", "john_smith"), "extra_forbidden") == "/asked"


def test_every_rule_of_the_door_is_worded() -> None:
    sources = "".join(path.read_text() for path in ROOT.glob("hosting/*.py"))
    said = set(re.findall(r'(?:Problem\(\s*(?:\d+|[A-Z_]+),|_unauthorized\()\s*"([a-z_]+)"', sources))
    strict = set(re.findall(r'BadBody\(\s*"([a-z_]+)"', (ROOT / "contracts" / "strict_json.py").read_text()))
    texts = RefusalTexts.from_toml()

    rules = said | strict | set(RULES.values()) | set(_RULE_OF_STATUS.values()) | {"request_invalid"}
    assert len(said) > 15
    assert [rule for rule in sorted(rules) if rule not in texts] == []


def test_rule_worded_twice_stops_the_start() -> None:
    with pytest.raises(TextsBroken, match="owner_only"):
        RefusalTexts.from_toml(REFUSALS, REFUSALS)


def test_rule_without_remedy_stops_the_start() -> None:
    with pytest.raises(TextsBroken, match="remedy_zh"):
        RefusalTexts.from_toml(b'[r]\ntitle_en="a"\ntitle_zh="b"\nremedy_en="c"')


def test_empty_members_are_left_out() -> None:
    members = document(Problem(409, "not_json"), RefusalTexts.from_toml(), "en")

    assert {"type", "title", "status", "detail", "rule", "remedy"} == members.keys()


def test_interface_description_names_problems_and_bodies(sample: Sample) -> None:
    description = sample.app().openapi()

    body = description["paths"]["/v1/complaints"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    assert "narrative" in body["properties"]
    assert {"Problem", "Asked"} <= description["components"]["schemas"].keys()
    assert "default" in description["paths"]["/v1/complaints"]["post"]["responses"]
    assert "$defs" not in str(description)
