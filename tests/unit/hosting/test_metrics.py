from __future__ import annotations

from typing import get_args

import httpx
import pytest

from eventlog.observe import NO_OBSERVER, CounterName, GaugeName, MeasureName, Observer
from hosting import metrics as table
from hosting.metrics import Metrics
from tests.unit.hosting.sample import CANARY


def shown(metrics: Metrics) -> str:
    return metrics.exposition("text/plain")[0].decode()


def test_table_holds_every_name_the_engine_and_the_door_use() -> None:
    assert {*get_args(CounterName), *get_args(table.DoorCounterName)} == {m.name for m in table.COUNTERS}
    assert set(get_args(GaugeName)) == {m.name for m in table.GAUGES}
    assert {*get_args(MeasureName), *get_args(table.DoorMeasureName)} == {m.name for m in table.MEASURES}


def test_metrics_are_an_observer_for_the_engine() -> None:
    observers: list[Observer] = [Metrics("intake"), NO_OBSERVER]

    for observer in observers:
        observer.count("commands_total", command="RegisterComplaint", outcome="accepted")
        observer.gauge("projection_lag", 3, follower="overview")
        observer.measure("append_seconds", 0.01)


def test_numbers_are_shown_under_our_prefix() -> None:
    metrics = Metrics("intake")

    metrics.count("commands_total", 2, command="RegisterComplaint", outcome="accepted")
    metrics.gauge("parked_records", 7)
    metrics.measure("flush_size", 16)

    text = shown(metrics)
    assert (
        'amends_commands_total{command="RegisterComplaint",outcome="accepted",service="intake"} 2.0' in text
    )
    assert "amends_parked_records 7.0" in text
    assert "amends_flush_size_count 1.0" in text
    assert "_created" not in text


def test_label_from_outside_that_is_no_plain_word_counts_as_other() -> None:
    metrics = Metrics("intake")

    metrics.count("ignored_total", type=CANARY)

    assert 'amends_ignored_total{type="other"} 1.0' in shown(metrics)
    assert CANARY not in shown(metrics)


def test_invented_labels_do_not_grow_without_bound() -> None:
    metrics = Metrics("intake")

    for number in range(table.SERIES_MAX + 50):
        metrics.count("ignored_total", type=f"made.up.v{number}")

    assert 'amends_ignored_total{type="other"} 50.0' in shown(metrics)


def test_unknown_label_is_a_programmers_error() -> None:
    with pytest.raises(TypeError, match="topic"):
        Metrics("intake").count("dead_letters_total", topic="amends.contact.v1")


async def test_request_is_measured_by_route_not_by_address(client: httpx.AsyncClient) -> None:
    await client.post("/v1/complaints/7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11/close")
    await client.get(f"/v1/{CANARY}")

    text = (await client.get("/metrics")).text
    route = 'method="POST",route="/v1/complaints/{complaint}/close",status="403"'
    assert f"amends_http_request_seconds_count{{{route}}} 1.0" in text
    assert 'route="unmatched",status="404"' in text
    assert "7b0c9d86" not in text
