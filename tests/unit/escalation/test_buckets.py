from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.escalation.domain.buckets import Buckets

STEPS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 9)), max_size=40)


@given(STEPS)
@settings(max_examples=50)
def test_buckets_hold_what_a_dict_would_hold(steps: list[tuple[str, int | None]]) -> None:
    plain: dict[str, int] = {}
    buckets: Buckets[int] = Buckets()
    for key, value in steps:
        if value is None:
            plain.pop(key, None)
            buckets = buckets.without(key)
        else:
            plain[key] = value
            buckets = buckets.having(key, value)

    assert dict(buckets.items()) == plain
    assert buckets.size == len(plain)
    assert [buckets.get(key) for key in "abcdefgh"] == [plain.get(key) for key in "abcdefgh"]


def test_a_changed_copy_leaves_the_first_as_it_was() -> None:
    empty: Buckets[int] = Buckets()
    first = empty.having("a", 1)

    first.having("a", 2).having("b", 3)
    first.without("a")

    assert dict(first.items()) == {"a": 1}


def test_the_order_depends_on_the_keys_alone() -> None:
    keys = [f"key {number}" for number in range(500)]
    forward: Buckets[int] = Buckets()
    backward: Buckets[int] = Buckets()
    for key in keys:
        forward = forward.having(key, 1)
    for key in reversed(keys):
        backward = backward.having(key, 1)

    assert list(forward.items()) == list(backward.items())
