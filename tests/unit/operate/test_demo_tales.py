"""Which complaints the demo plays, by which way they come in, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operate.demo.living import WAVES, waves
from operate.demo.plays import PLOTS
from operate.demo.tales import CALL_CENTRE, chosen, load, over_kafka

DUSK = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
TALES = load()
COMPLAINTS = [tale for tale in TALES if tale.is_a_complaint]


def test_choosing_as_many_as_there_are_leaves_nothing_out() -> None:
    assert chosen(TALES, len(COMPLAINTS)) == TALES
    assert chosen(TALES, 10_000) == TALES


@pytest.mark.parametrize("count", [1, 20, 60, 200])
def test_fewer_are_as_many_as_asked_for_and_keep_their_order(count: int) -> None:
    fewer = chosen(TALES, count)

    assert sum(tale.is_a_complaint for tale in fewer) == count
    assert fewer == [tale for tale in TALES if tale in fewer]


def test_twenty_still_play_every_plot_and_the_planted_lines() -> None:
    fewer = chosen(TALES, 20)

    assert {tale.story.plot for tale in fewer} == set(PLOTS)
    assert sum(not tale.is_a_complaint for tale in fewer) == 2


def test_a_planted_line_never_comes_without_the_complaint_it_repeats() -> None:
    for count in (1, 5, 50):
        fewer = chosen(TALES, count)
        real = {tale.reference for tale in fewer if tale.is_a_complaint}

        assert {tale.reference for tale in fewer} == real


def test_what_comes_over_kafka_comes_from_the_call_centre() -> None:
    references = over_kafka(TALES, 60)

    assert len(references) == 60
    assert references <= {tale.reference for tale in COMPLAINTS if tale.source == CALL_CENTRE}


def test_waves_hold_every_complaint_once_and_none_comes_before_it_was_received() -> None:
    rounds = list(waves(TALES, DUSK))

    assert sorted(id(tale) for _, wave in rounds for tale in wave) == sorted(map(id, TALES))
    for until, wave in rounds:
        assert all(DUSK - tale.story.received_before <= until for tale in wave)


def test_waves_go_forward_and_the_last_ends_with_the_last_complaint() -> None:
    moments = [until for until, _ in waves(TALES, DUSK)]

    assert moments == sorted(set(moments))
    assert moments[-1] == DUSK - min(tale.story.received_before for tale in TALES)
    assert WAVES[-1] == timedelta(0)


def test_a_body_is_the_register_with_its_time() -> None:
    body = TALES[0].body(DUSK)

    assert body["received_at"] == DUSK.isoformat()
    assert "story" not in body
