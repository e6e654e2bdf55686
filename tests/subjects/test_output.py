"""The last lines of what a subject prints."""

from __future__ import annotations

import asyncio
import os

from hypothesis import given
from hypothesis import strategies as st

from conformance.subjects.output import WIDTH, Output, Tail

PIECES = st.lists(st.binary(max_size=12).map(lambda piece: piece.replace(b"\x00", b"\n")), max_size=20)


@given(PIECES, st.integers(min_value=1, max_value=4))
def test_however_it_is_cut_the_last_lines_are_kept(pieces: list[bytes], limit: int) -> None:
    tail = Tail(limit)
    given_out = [line for piece in pieces for line in tail.feed(piece)]
    *ended, rest = [line.decode(errors="replace").rstrip("\r") for line in b"".join(pieces).split(b"\n")]
    kept = ended[-limit:]
    assert tail.since() == "\n".join([*kept, rest] if b"".join(pieces).rpartition(b"\n")[2] else kept)
    assert given_out[-limit:] == kept
    assert tail.mark() == len(ended)


@given(PIECES, PIECES)
def test_a_mark_parts_before_from_after(before: list[bytes], after: list[bytes]) -> None:
    tail = Tail(1000)
    for piece in [*before, b"\n"]:
        tail.feed(piece)
    mark = tail.mark()
    for piece in after:
        tail.feed(piece)
    text = b"".join(after).decode(errors="replace")
    seen = tail.since(mark)
    assert seen == "\n".join(line.rstrip("\r") for line in text.removesuffix("\n").split("\n"))


def test_an_endless_line_is_kept_in_part() -> None:
    tail = Tail()
    for _ in range(1000):
        tail.feed(b"x" * 1000)
    assert tail.since() == "x" * WIDTH
    assert tail.end() == ["x" * WIDTH]
    assert tail.end() == []


def test_an_output_is_read_as_it_comes_and_to_the_end() -> None:
    async def work() -> None:
        everyone = Tail()
        output = Output(asyncio.get_running_loop(), everyone)
        os.write(output.writing, b"one\ntwo")
        output.drain()
        assert output.tail.since() == "one\ntwo"
        output.say("ours")
        os.write(output.writing, b" and more\nthree")
        output.close()
        assert everyone.since().splitlines() == ["one", "ours", "two and more", "three"]
        output.close()

    asyncio.run(work())
