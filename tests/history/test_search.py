"""A search among versions: the turn is found, and what can't be tried is said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance.history.search import Turn, search


@given(st.integers(2, 60), st.data())
def test_neighbours_are_found_between_which_it_turns(count: int, data: st.DataObject) -> None:
    turn = data.draw(st.integers(1, count - 1))
    broken = data.draw(st.sets(st.integers(1, count - 2))) if count > 2 else set[int]()
    found = search(count, lambda at: None if at in broken else at >= turn)
    assert found.before < turn <= found.after
    assert set(found.untried) <= broken
    assert len(found.tried) == len({*found.tried})


@given(st.integers(2, 1000), st.data())
def test_it_halves_where_all_can_be_tried(count: int, data: st.DataObject) -> None:
    turn = data.draw(st.integers(1, count - 1))
    found = search(count, lambda at: at >= turn)
    assert (found.before, found.after) == (turn - 1, turn)
    assert len(found.tried) <= count.bit_length()


def test_two_need_no_try() -> None:
    assert search(2, lambda _: None) == Turn(0, 1, ())
