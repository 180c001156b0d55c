"""What the commands print: answers on stdout, complaints and progress on stderr.

Colours, boxes and the terminal's width are for terminals. Into a pipe or a file goes plain text, one
record a line, however wide.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

# Wide enough that nothing is ever folded in a pipe.
PIPE_WIDTH = 1_000_000

# From so many columns on, cells folded to fit a narrow terminal can no longer be read.
FOLDED_COLUMNS = 5

# A title may hold a control sequence; it is data, and must not steer the terminal.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def console(stream: TextIO) -> Console:
    """A console on ``stream`` that folds lines only when a person looks on."""
    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else PIPE_WIDTH)


def say(sentence: str) -> None:
    """One line of the answer."""
    sys.stdout.write(sentence + "\n")


def complain(sentence: str) -> None:
    """What went wrong, or what one should know, on stderr."""
    sys.stderr.write(sentence + "\n")


def print_json(value: object) -> None:
    """One JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table, or on a terminal too narrow for its columns one block a row.

    A cell's control characters are shown as escapes.
    """
    screen = console(sys.stdout)
    unfolded = screen.options.update(width=PIPE_WIDTH)
    table = _table(headers, rows)
    if not screen.is_terminal:
        # rich pads every line to the width of the table.
        for line in screen.render_lines(table, pad=False):
            say("".join(segment.text for segment in line).rstrip())
    elif len(headers) < FOLDED_COLUMNS or screen.measure(table, options=unfolded).maximum <= screen.width:
        screen.print(table)
    else:
        for row in rows:
            block = Table.grid(padding=(0, 2))
            for header, cell in zip(headers, row, strict=True):
                block.add_row(Text(visible(header), style="bold"), Text(visible(cell), overflow="fold"))
            screen.print(block)
            screen.print()


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for header in headers:
        table.add_column(Text(visible(header)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table


def visible(cell: str) -> str:
    """``cell`` with its control characters as escapes."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), cell)


# The total is None where nobody can tell it before.
Report = Callable[[str, int, int | None], None]


@contextmanager
def progress() -> Iterator[Report]:
    """A bar on stderr that is told ``(what, done, total)``; nothing is shown when stderr is no terminal."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)

        def report(what: str, done: int, total: int | None) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield report
