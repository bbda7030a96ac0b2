"""The command line. A command is a module of a package, loaded when used.

Those of `kvratio` are in `kvratio.reports.commands`, those of `kvratio study` in its `_studies`.
What each exit status means stands in `reports/docs/reference/errors.md`.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping
from enum import IntEnum
from io import TextIOWrapper
from typing import Any

import click

from kvratio._extras import missing
from kvratio.reports.interrupts import prompt
from kvratio.reports.usage import explained
from kvratio.theory.checks import InputError, WorkLimitError, one_of, printable


class Exit(IntEnum):
    """What a command ends with."""

    DONE = 0
    REFUSED = 1  # a verdict: the command ran, and its answer is no
    BAD_INPUT = 2
    WORK_LIMIT = 3  # nothing was decided: it would take more work than is allowed
    INTERRUPTED = 130  # as shells have it for SIGINT
    PIPE_CLOSED = 141  # as shells have it for SIGPIPE


class PipeClosedError(Exception):
    """Whoever read standard output is gone. No `OSError`, of which click makes a status of 1."""


# names of version 0.1, which go with version 0.3
STUDIES = {
    "adversary": "study adversary",
    "bench": "study bench",
    "convergence": "study convergence",
    "experiment": "study experiments",
    "hindsight-experiment": "study hindsight",
    "smallest": "study smallest",
}


class LazyGroup(click.Group):
    """Commands are the modules of `package`; only the ones asked for are imported.

    `renamed`: names that still work, unlisted, and the words to use instead.
    """

    def __init__(
        self, *args: Any, package: str, renamed: Mapping[str, str] = {}, **settings: Any
    ) -> None:
        self._package, self._renamed = package, renamed
        super().__init__(*args, **settings)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        path = importlib.import_module(self._package).__path__
        modules = pkgutil.iter_modules(path)
        return sorted(m.name.replace("_", "-") for m in modules if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._renamed:
            first, second = self._renamed[cmd_name].split()
            group = self.get_command(ctx, first)
            assert isinstance(group, click.Group)
            return group.get_command(ctx, second)
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self._package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def make_context(self, *args: Any, **settings: Any) -> click.Context:
        """As click does; `--help` prints here."""
        try:
            return super().make_context(*args, **settings)
        except BrokenPipeError:
            raise PipeClosedError from None

    def invoke(self, ctx: click.Context) -> Any:
        """As click does, but with an error of our own for a closed pipe."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise PipeClosedError from None
        except EOFError as error:  # click would take it for Ctrl-D and call it an interrupt
            raise RuntimeError("unexpected end of data") from error

    def summaries(self, ctx: click.Context) -> list[tuple[str, str]]:
        """The commands with their whole first sentence, which click would cut off."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [
            (name, command.get_short_help_str(limit=200)) for name, command in commands if command
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(self.summaries(ctx))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] in self._renamed:
            click.echo(f"kvratio: {args[0]} is now kvratio {self._renamed[args[0]]}", err=True)
        elif args[0] not in known and not args[0].startswith("-"):
            one_of("command", args[0], known)
        return super().resolve_command(ctx, args)


@click.group(
    "kvratio",
    cls=LazyGroup,
    package="kvratio.reports.commands",
    renamed=STUDIES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="kvratio")
def cli() -> None:
    """Certified competitive ratios for KV-cache scheduling of LLM inference.

    \b
    Example: kvratio simulate --workload lmsys --memory 16492 --prompt 41

    Completion in the shell, here bash (zsh and fish likewise), for a line in ~/.bashrc:

    \b
    eval "$(_KVRATIO_COMPLETE=bash_source kvratio)"
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; bad input ends with one line on stderr and exit status 2."""
    if sys.stdout is None:  # closed by the shell: >&-
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (as long as the process)
    if isinstance(sys.stdout, TextIOWrapper):  # what its encoding lacks is written as an escape
        sys.stdout.reconfigure(errors="backslashreplace")
    # the derivations ask sympy for the same things again, more of them than it keeps by default;
    # processes that share the work inherit this
    os.environ.setdefault("SYMPY_CACHE_SIZE", "none")
    try:
        with prompt():
            status = _run(arguments)
        sys.stdout.flush()  # here, where a failure gets an exit status of ours
    except KeyboardInterrupt:  # before the command has begun, or after it has ended
        status = _complain("interrupted", Exit.INTERRUPTED)
    except (PipeClosedError, BrokenPipeError):
        _discard_output()
        status = Exit.PIPE_CLOSED
    except OSError as error:
        _discard_output()
        status = _complain(f"standard output: {error.strerror}")
    if status:
        sys.exit(int(status))


def _run(arguments: list[str] | None) -> int:
    """The exit status of a command; its errors have been told."""
    try:
        status = cli.main(args=arguments, prog_name="kvratio", standalone_mode=False)
        return status or Exit.DONE  # click hands an exit asked for by a command back to its caller
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except WorkLimitError as error:
        return _complain(str(error), Exit.WORK_LIMIT)
    except InputError as error:
        return _complain(str(error))
    except ModuleNotFoundError as error:
        found = missing(error)
        if found is None:
            raise
        return _complain(str(found))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return Exit.BAD_INPUT
    except click.UsageError as error:
        return _complain(explained(error))
    except click.Abort:
        return _complain("interrupted", Exit.INTERRUPTED)
    except OSError as error:
        if error.filename is None:  # not a file of ours, so it is standard output
            raise
        return _complain(f"{error.filename}: {error.strerror}")


def _complain(problem: str, status: Exit = Exit.BAD_INPUT) -> Exit:
    """Tell what is wrong, in one line, and with which exit status it ends."""
    click.echo(printable(f"kvratio: {problem}"), err=True)
    return status


def _discard_output() -> None:
    """Standard output takes nothing any more; do not let Python try again when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
