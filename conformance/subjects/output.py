"""What subjects print: drained all the time, so that no process blocks on it, and kept in bounded memory."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

LINES = 50
WIDTH = 4096  # bytes of a line that are kept
_CHUNK = 65536
_DRAINED = 16  # chunks read at once when all that was written so far is wanted


class Tail:
    """The last lines of a stream of bytes."""

    def __init__(self, lines: int = LINES) -> None:
        """Keep `lines` lines."""
        self._lines: deque[tuple[int, str]] = deque(maxlen=lines)
        self._limit = lines
        self._count = 0
        self._open = b""  # a line that has not ended yet

    def feed(self, chunk: bytes) -> list[str]:
        """Take bytes as they come; give the lines that they ended, only the last ones of very many."""
        ended = chunk.count(b"\n")
        if not ended:
            self._open = (self._open + chunk)[:WIDTH]
            return []
        # Only the last lines matter, and splitting off all the others is what a flood would make expensive.
        *lines, rest = chunk.rsplit(b"\n", self._limit + 1)
        if len(lines) == ended:
            lines[0] = self._open + lines[0]
        else:
            lines = lines[1:]  # the first piece is all that came before the last lines
        self._open = rest[:WIDTH]
        texts = [_text(line) for line in lines]
        self._count += ended - len(texts)
        for text in texts:
            self.say(text)
        return texts

    def say(self, line: str) -> None:
        """Add a whole line."""
        self._count += 1
        self._lines.append((self._count, line))

    def end(self) -> list[str]:
        """Make a line of what was not ended; give it."""
        return self.feed(b"\n") if self._open else []

    def mark(self) -> int:
        """Give a place to read from later."""
        return self._count

    def since(self, mark: int = 0) -> str:
        """Give the lines written after `mark` as far as they are kept, an unended one included."""
        lines = [text for number, text in self._lines if number > mark]
        if self._open:
            lines.append(_text(self._open))
        return "\n".join(lines)


class Output:
    """A process's stdout and stderr: the pipe that both go into, and its last lines."""

    def __init__(self, loop: asyncio.AbstractEventLoop, everyone: Tail) -> None:
        """Open the pipe; what comes through it is kept in `tail` and added to `everyone`."""
        self.tail = Tail()
        self._everyone = everyone
        self._loop = loop
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)
        loop.add_reader(self._reading, self._read)

    def close_writing(self) -> None:
        """Close our own copy of the writing end, once the process has its."""
        if self.writing >= 0:
            os.close(self.writing)
            self.writing = -1

    def say(self, line: str) -> None:
        """Add a line of our own between theirs."""
        self.tail.say(line)
        self._everyone.say(line)

    def drain(self) -> None:
        """Read all that has been written by now, within reason: a flood has no end."""
        for _ in range(_DRAINED):
            if not self._read():
                return

    def close(self) -> None:
        """Read what is left, and close both ends."""
        if self._reading < 0:
            return
        self.drain()
        for line in self.tail.end():
            self._everyone.say(line)
        self._loop.remove_reader(self._reading)
        os.close(self._reading)
        self._reading = -1
        self.close_writing()

    def _read(self) -> bool:
        try:
            chunk = os.read(self._reading, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:  # nobody has the writing end any more
            self._loop.remove_reader(self._reading)
            return False
        for line in self.tail.feed(chunk):
            self._everyone.say(line)
        return True


def _text(line: bytes) -> str:
    return line[:WIDTH].decode(errors="replace").rstrip("\r")
