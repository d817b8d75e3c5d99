from __future__ import annotations

import pytest

from eventlog.ids import place_of


@pytest.mark.parametrize(
    ("event_id", "place"),
    [
        ("complaint-7@12", ("complaint-7", 12)),
        ("flag-a@b@3", ("flag-a@b", 3)),
        ("complaint-7@x", ("complaint-7", 0)),
        ("complaint-7@１", ("complaint-7", 0)),
        ("complaint-7", ("", 0)),
    ],
)
def test_event_id_tells_stream_and_version(event_id: str, place: tuple[str, int]) -> None:
    assert place_of(event_id) == place
