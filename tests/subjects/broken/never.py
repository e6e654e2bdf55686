"""A subject that never answers, in the way that its argument says, or that needs a while to."""

from __future__ import annotations

import sys
import threading
import time

from runtime import answer, ask

FOREVER = 3600
A_WHILE = 1.5  # CPU seconds


def deadlock() -> None:
    """Two threads, each of which waits for what the other has."""
    first, second, both = threading.Lock(), threading.Lock(), threading.Barrier(2)

    def take(mine: threading.Lock, other: threading.Lock) -> None:
        with mine:
            both.wait()
            with other:
                pass

    threads = [threading.Thread(target=take, args=locks) for locks in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def compute(seconds: float) -> None:
    """Use so much CPU time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


status, given = ask()
sys.stderr.write(f"it {sys.argv[1]}\n")
sys.stderr.flush()
match sys.argv[1]:
    case "sleeps":
        time.sleep(FOREVER)
    case "deadlocks":
        deadlock()
    case "spins":
        compute(FOREVER)
    case "takes-a-while":
        compute(A_WHILE)
        answer(given.request_id, b'{"Status": "SUCCEEDED"}')
        ask()
