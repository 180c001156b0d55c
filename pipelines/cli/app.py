"""`afstem`: the commands, and how a failure of any of them is told.

Exit codes: 0 clean, 1 findings, 2 input or use wrong, 3 the system failed; 130 and 141 are those of a
program stopped by Ctrl-C or by a reader that left.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import pipelines
from pipelines.cli import asking, demonstration, inquiries, lookups, upkeep, verbs, waivers
from pipelines.cli.examples import EXAMPLES
from pipelines.cli.output import complain, say
from pipelines.errors import EXIT_SYSTEM, AfstemError, scrub

EXIT_BROKEN_PIPE = 141


class Commands(TyperGroup):
    """The group that turns whatever a command raises into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command named on the command line."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                # A reader that left is noticed here and not while the interpreter closes.
                sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(EXIT_BROKEN_PIPE) from None
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        # The one place where anything may arrive: it becomes a sentence and an exit code.
        except Exception as error:  # noqa: BLE001
            raise typer.Exit(_tell(error, debug=ctx.params["debug"])) from None


def _tell(error: Exception, *, debug: bool) -> int:
    """Print what ``error`` says and return its exit code; the traceback only when asked for."""
    if debug:
        # Without the values of variables: they may hold a person's data.
        complain(scrub("".join(traceback.format_exception(error))))
    if isinstance(error, AfstemError):
        complain(str(error))
        return error.exit_code
    if isinstance(error, OSError) and error.strerror:
        place = f": {error.filename}" if error.filename else ""
        complain(scrub(f"The system failed: {error.strerror}{place}. Put it right and run the command again."))
        return EXIT_SYSTEM
    # The message of an unforeseen error may quote a row, so only its kind and place are told.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    complain(
        f"Afstem failed on something it did not foresee: {type(error).__name__} in {Path(frame.filename).name}, line"
        f" {frame.lineno}. Nothing is half published. Run it again as afstem --debug … to see the traceback."
    )
    return EXIT_SYSTEM


app = typer.Typer(
    cls=Commands,
    name="afstem",
    no_args_is_help=True,
    add_completion=False,
    # Plain help can be piped, and its examples copied.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"afstem {pipelines.__version__}")
        raise typer.Exit


@app.callback(
    epilog="""\b
Examples:
  afstem demo
  afstem run --estate estate.yaml
  afstem query "FROM afstemning.fund"

Exit codes: 0 clean, 1 findings, 2 input or use wrong, 3 the system failed."""
)
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Reconcile what the old case systems held with what EDH, KSD, KY and SPK hold now."""


for _command in (
    verbs.pull,
    verbs.land,
    verbs.reconcile,
    verbs.validate,
    verbs.report,
    verbs.run,
    lookups.rules,
    lookups.dictionary,
    asking.query,
    inquiries.findings,
    inquiries.explain,
    inquiries.closable,
    inquiries.readiness,
    waivers.waive,
    upkeep.notify,
    upkeep.verify,
    upkeep.retention,
    upkeep.pools,
    demonstration.demo,
):
    app.command(epilog=EXAMPLES[_command.__name__])(_command)


def main() -> None:
    """The console script."""
    app(prog_name="afstem")
