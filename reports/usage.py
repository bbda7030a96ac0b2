"""What is wrong with a command line, in the words of all our errors.

Click finds it and tells it in words of its own; what this module does not know stays in those.
"""

import re

import click

from kvratio.theory.checks import InputError

TYPES = {  # what click says that a value is not
    "a valid integer": "a whole number",
    "a valid integer range": "a whole number",
    "a valid float": "a number",
}


def explained(error: click.UsageError) -> str:
    """The message of an error that click found in the command line.

    >>> option = click.Option(["--requests"], type=int)
    >>> explained(click.BadParameter("'many' is not a valid integer.", param=option))
    "--requests: expected a whole number, got 'many'"
    >>> explained(click.NoSuchOption("--polcy", possibilities=["--policy"]))
    "option: expected one that the command has (--help), got '--polcy'; nearest: --policy"
    """
    return str(_translated(error) or error.format_message())


def _translated(error: click.UsageError) -> InputError | None:
    match error:
        case click.NoSuchOption():
            near = f"nearest: {', '.join(sorted(error.possibilities or ()))}"
            expected = "one that the command has (--help)"
            return InputError(
                "option", error.option_name, expected, near if error.possibilities else ""
            )
        case click.MissingParameter():
            return InputError(_name(error), None, "a value")
        case click.BadOptionUsage():
            return _number_of_values(error)
        case click.BadParameter():
            return _value(error)
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message)
    return InputError("arguments", extra[1], "no more of them") if extra else None


def _name(error: click.BadParameter) -> str:
    """The option or the argument, as the help of the command shows it."""
    if isinstance(error.param, click.Option):
        return max(error.param.opts, key=len)
    return error.param.make_metavar(error.ctx) if error.param and error.ctx else "argument"


def _number_of_values(error: click.BadOptionUsage) -> InputError | None:
    if "does not take a value" in error.message:
        return InputError(error.option_name, "a value", "no value")
    count = re.search(r"requires (an argument|\d+ arguments)", error.message)
    if count is None:
        return None
    values = "a value" if count[1].startswith("an") else count[1].replace("argument", "value")
    return InputError(error.option_name, None, values)


def _value(error: click.BadParameter) -> InputError | None:
    isnt = re.fullmatch(r"'?(.*?)'? is not (.*?)\.?", error.message)
    if isnt:
        within = isnt[2].startswith("in the range")
        expected = f"a whole number {isnt[2]}" if within else TYPES.get(isnt[2], isnt[2])
        return InputError(_name(error), isnt[1], expected)
    lacks = re.fullmatch(r"(File|Directory|Path) '(.*)' (does not exist|is a .*)\.", error.message)
    if lacks:
        kind = {"Directory": "folder"}.get(lacks[1], lacks[1].lower())
        exists = f"a {kind} that exists" if lacks[3] == "does not exist" else f"a {kind}"
        return InputError(_name(error), lacks[2], exists)
    return None
