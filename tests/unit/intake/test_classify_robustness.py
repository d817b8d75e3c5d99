"""Whatever the text: no exception, evidence inside it, confidences in range, the same answer twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.intake.domain.classify import Classification, Evidence, Rules, classify
from services.intake.domain.classify.reading import CHARACTERS_MAX, reading_of
from services.intake.policy_files import load_rules

RULES = load_rules()
STORED = TypeAdapter(Classification)

_PIECES = [
    "押金", "还没", "退", "已经", "修好了", "客服说", "，", "。", "“", "”", "３００", "元", "要求", "赔偿", "12315", "再不", "我就",
    "the refund ", "has ", "not ", "been ", "fixed ", "I ", "will ", "sue ", "$", "40", ".", "\n", '"', "is ", "was ", "rude ",
    "三", "百", "零", "十", "五", "万", "千", "5", "1,200", " million",
    "İ", "ß", "\u0000", "😀", "é", "＄", "…", "[投诉要求]",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(_PIECES), max_size=60).map("".join))


def evidence_of(found: Classification) -> Iterator[Evidence]:
    yield from (*found.timing.evidence, *found.severity.evidence, *found.bypass.evidence, *found.bill)
    for part in (*found.demands, *found.threats, *found.needs, found.motive, found.temperament):
        if part is not None:
            yield from part.evidence


def confidences_of(found: Classification) -> Iterator[float]:
    yield from (found.timing.confidence, found.severity.confidence, found.bypass.confidence)
    for part in (*found.demands, *found.threats, *found.needs, found.motive, found.temperament):
        if part is not None:
            yield part.confidence


def without_anchors(rules: Rules) -> Rules:
    cues = {
        key: tuple(
            replace(cue, patterns=tuple((pattern, None) for pattern, _ in cue.patterns)) for cue in same
        )
        for key, same in rules.cues.items()
    }
    return replace(rules, cues=MappingProxyType(cues))


SLOW_RULES = without_anchors(RULES)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_classifier_and_all_evidence_lies_inside(narrative: str) -> None:
    found = classify(narrative, RULES)

    assert all(0 <= line.start < line.end <= len(narrative) for line in evidence_of(found))
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences_of(found))
    assert classify(narrative, RULES) == found


@given(TEXTS, TEXTS)
@settings(max_examples=100, deadline=None)
def test_evidence_lies_inside_the_field_it_names(narrative: str, asks_for: str) -> None:
    found = classify(narrative, RULES, asks_for=asks_for)
    lengths = {"narrative": len(narrative), "asks_for": len(asks_for)}

    assert all(0 <= line.start <= line.end <= lengths[line.field] for line in evidence_of(found))


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_skipping_patterns_that_cannot_match_changes_nothing(narrative: str) -> None:
    assert classify(narrative, RULES) == classify(narrative, SLOW_RULES)


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_classification_survives_being_stored(narrative: str) -> None:
    found = classify(narrative, RULES)

    assert STORED.validate_json(STORED.dump_json(found)) == found


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_folding_keeps_every_offset(narrative: str) -> None:
    reading = reading_of(narrative, "zh")

    assert len(reading.text) == len(narrative)
    assert "".join(reading.text[start:end] for start, end in reading.sentences) == reading.text


def test_evidence_quotes_the_customers_own_words() -> None:
    narrative = "您好！订单付款二十天了，至今没有发货，要求退款３００元。"

    found = classify(narrative, RULES)
    quoted = {line.quoted(narrative) for line in evidence_of(found)}

    assert all(narrative[line.start : line.end] == line.quoted(narrative) for line in evidence_of(found))
    assert any("至今没" in words for words in quoted)
    assert any("３００元" in words for words in quoted)


def test_english_evidence_quotes_the_original_letters() -> None:
    narrative = "MY REFUND HAS NOT ARRIVED. The £30 IS STILL MISSING."

    found = classify(narrative, RULES)

    assert found.timing.value == "ongoing"
    assert any("STILL MISSING" in line.quoted(narrative) for line in found.timing.evidence)


def test_another_language_comes_back_unclassified_for_a_person() -> None:
    found = classify("Ma valise n'est jamais arrivée et personne ne répond depuis trois semaines.", RULES)

    assert (found.language, found.needs_review) == (None, True)
    assert (found.timing.value, found.timing.confidence) == ("ongoing", 0.0)
    assert (found.demands, found.threats, found.needs, found.bill) == ((), (), (), ())


def test_an_empty_narrative_comes_back_unclassified() -> None:
    assert classify("", RULES).language is None


def test_a_narrative_too_long_to_be_read_whole_asks_for_a_person() -> None:
    found = classify("押金一直没退。" * (CHARACTERS_MAX // 7 + 1), RULES)

    assert found.timing.value == "ongoing"
    assert found.needs_review
    assert all(line.end <= CHARACTERS_MAX for line in evidence_of(found))


def test_the_version_of_the_rules_is_in_every_classification() -> None:
    assert {classify(text, RULES).rules_version for text in ("", "没修好", "It is broken")} == {RULES.version}
