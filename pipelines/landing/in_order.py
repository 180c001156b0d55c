"""Work on several blocks at a time, with the results in the order of the blocks."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

# NumPy, Polars and DuckDB let other threads run; more than this would only hold more blocks in memory.
_THREADS = min(4, os.cpu_count() or 1)


def in_order(pieces: Iterable[In], work: Callable[[In], Out]) -> Iterator[Out]:
    """``work`` of each piece, in their order; the first that fails, be it reading or work, is raised in its place."""
    source = iter(pieces)
    waiting: deque[Future[Out]] = deque()
    failure: Exception | None = None
    with ThreadPoolExecutor(_THREADS) as pool:
        while True:
            try:
                piece = next(source)
            except StopIteration:
                break
            except Exception as error:  # noqa: BLE001 - raised again below, after the pieces before it
                failure = error
                break
            waiting.append(pool.submit(work, piece))
            if len(waiting) > _THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    if failure is not None:
        raise failure
