"""The command line: `sim`, one module per group of commands.

Heavy imports wait until a command runs, so that ``sim --help`` answers at once.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Final

import typer

from sim.cli.app import app_command
from sim.cli.compare import compare_command
from sim.cli.console import CONSOLE, NOTHING_KEPT
from sim.cli.explain import explain_command
from sim.cli.interventions import interventions_command
from sim.cli.params import params_command
from sim.cli.report import report_command
from sim.cli.run import run_command
from sim.cli.scenarios import scenarios_command
from sim.cli.sweep import extend_command, sweep_command
from sim.cli.territory import territory_app
from sim.cli.validate import validate_command
from sim.cli.verify import verify_command
from sim.errors import InputError

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

_ANYWHERE: Final = ("-q", "--quiet", "-v", "--verbose")
"""Global options that are also valid after the command."""

_OBJECTS_BETWEEN_COLLECTIONS: Final = 20_000
"""Ten times the usual number: imports and runs make many objects, and hardly any cycles of them."""

# A process that ends need not search all that it has imported for cycles.
atexit.register(gc.freeze)

# To find plugins of Pydantic, it would read the metadata of all that is installed.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# Depending on its version, Typer has its own copy of click's exceptions or uses click's.
_UsageError: Any = typer.BadParameter.__mro__[1]
_ClickError: Any = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="sim",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("scenarios")(scenarios_command)
app.command("interventions")(interventions_command)
app.command("run")(run_command)
app.command("compare")(compare_command)
app.command("sweep")(sweep_command)
app.command("extend")(extend_command)
app.command("verify")(verify_command)
app.command("validate")(validate_command)
app.command("report")(report_command)
app.command("params")(params_command)
app.command("explain")(explain_command)
app.command("app")(app_command)
app.add_typer(territory_app, name="territory")


def _version(wanted: bool) -> None:
    if wanted:
        from sim.version import MODEL_VERSION, package_version

        CONSOLE.data(f"essaim {package_version()}, model {MODEL_VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _global(
    context: typer.Context,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only data and errors.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print more, including about errors.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Territories in transition: shops open and close on real ground, month by month.

    Start with 'sim scenarios', then 'sim run mid_sized_town --out results'.
    """
    CONSOLE.quiet, CONSOLE.verbose = quiet and not verbose, verbose
    if context.invoked_subcommand is None:
        CONSOLE.data(context.get_help())


@cache
def _command() -> Any:
    """Build all commands from their functions, once per process."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; by default with the arguments of the process.

    Returns
    -------
    int
        0 ok, 1 a run failed, 2 wrong usage or an invalid value, 3 some runs failed, 130
        interrupted.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # the terminal is not UTF-8
    CONSOLE.kept, CONSOLE.folder = NOTHING_KEPT, None
    try:
        with CONSOLE.watching():
            code = _command().main(
                args=_global_first(sys.argv[1:] if arguments is None else list(arguments)),
                prog_name="sim",
                standalone_mode=False,
            )
        sys.stdout.flush()
        if code == INTERRUPTED:  # newer versions of typer
            raise KeyboardInterrupt
        return code if isinstance(code, int) else OK
    except (InputError, _ClickError) as error:
        CONSOLE.fail(_sentence(error))
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        CONSOLE.fail(f"interrupted; {CONSOLE.surviving()}.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        CONSOLE.fail(f"{where}{(error.strerror or str(error)).lower()}; {CONSOLE.surviving()}.")
        return FAILED
    except MemoryError:
        CONSOLE.fail("not enough memory; run a smaller grid or fewer replications.")
        return FAILED
    except Exception as error:
        if CONSOLE.verbose:
            traceback.print_exc()
        CONSOLE.fail(f"unexpected {type(error).__name__}: {error} (--verbose shows where).")
        return FAILED


def _global_first(arguments: list[str]) -> list[str]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first = [a for a in arguments[:end] if a in _ANYWHERE]
    return first + [a for a in arguments[:end] if a not in _ANYWHERE] + arguments[end:]


def _sentence(error: Any) -> str:
    if not isinstance(error, _UsageError):
        return str(error) if isinstance(error, InputError) else str(error.format_message())
    where = error.ctx.command_path if error.ctx else "sim"
    message = error.format_message().rstrip(". ")
    stop = "" if message.endswith("?") else "."
    return f"{message}{stop} See '{where} --help'."
