"""The command line: one grammar, errors in one line with what to do next, exit codes 0, 1, 2.

0: done. 1: it was tried and failed (peer refused, file is wrong, no answer). 2: it was asked wrongly.
130: interrupted.
"""

import contextlib
import io
import os
import sys
from collections.abc import Sequence

import typer

from .. import __version__
from ..errors import MeterwireError, UsageError
from . import conform, control, decode, demo, files, items, log, mms, scl, serve, serve_scl, settings, watch
from .output import complain

__all__ = ["main"]

app = typer.Typer(
    name="meterwire",
    help="From a meter's bytes on the wire to an IEC 61850 client, and back.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
meter = typer.Typer(help="Simulated meters, with fault injection.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(meter, name="meter")
server = typer.Typer(
    no_args_is_help=True,
    invoke_without_command=True,
    callback=serve_scl.serve,
    rich_markup_mode=None,
)
app.add_typer(server, name="serve")
app.add_typer(files.app, name="files")
app.add_typer(scl.app, name="scl")
app.add_typer(settings.app, name="settings")


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"meterwire {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    del version


app.command("demo")(demo.demo)
app.command("decode")(decode.decode)
app.command("items")(items.items)
app.command("read")(mms.read)
app.command("write")(mms.write)
app.command("browse")(mms.browse)
app.command("watch")(watch.watch)
app.command("control", context_settings={"ignore_unknown_options": True})(control.control)  # VALUE may be -12
app.command("log")(log.log)
app.command("conform")(conform.conform)
server.command("residential")(serve.residential)
server.command("scl")(serve_scl.scl)
meter.command("645")(serve.meter_645)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. Never raises for anything a user can cause."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no 电 shows ?, and gets the rest
    try:
        code = app(args=arguments, standalone_mode=False, prog_name="meterwire")
        sys.stdout.flush()
    except UsageError as error:
        return complain(str(error), 2)
    except MeterwireError as error:
        return complain(str(error), 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read us has seen enough (| head). What is still buffered must not fail once more at exit.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except typer.Abort:
        return 130
    except Exception as error:
        # Usage errors of the argument parser, whichever package it lives in (typer carries its own).
        tell = getattr(error, "format_message", None)
        if tell is None:
            raise
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "meterwire"
        text = tell().rstrip(".")
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stderr.write(tell() + "\n")
            return 2
        return complain(f"{text}; see '{path} --help'", 2)
    return code if isinstance(code, int) else 0
