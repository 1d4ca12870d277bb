"""What the command line answers at once, made of click's declarations.

Comes in: the commands. Goes out: `apps/cli/offers.json`, what may stand in a line of each
command, and `apps/cli/help/`, a page for each. `LANEWAY_BLESS=1` makes their test write them anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import click

from laneway.apps.cli.entry import laneway, run


def commands() -> dict[str, click.Context]:
    """Return every command by its words, groups before what is in them."""
    settings = laneway.context_settings
    return dict(_below(click.Context(laneway, info_name="laneway", **settings)))


def _below(context: click.Context) -> Iterator[tuple[str, click.Context]]:
    yield context.command_path, context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from _below(click.Context(command, context, name))


def offers() -> str:
    """Return the text of `offers.json`, an option a line."""
    lines = (
        f'"{path}": [{_spelled(context.command.get_short_help_str())}, [\n'
        f"{_lines(_options(context))}], {_spelled(_arguments(context))}]"
        for path, context in commands().items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(options: Iterator[list[Any]]) -> str:
    return ",\n".join(f"  {_spelled(option)}" for option in options)


def _options(context: click.Context) -> Iterator[list[Any]]:
    for one in context.command.get_params(context):
        if isinstance(one, click.Option) and not one.hidden:
            values = None if one.is_flag or one.count else _values(one)
            yield [[*one.opts, *one.secondary_opts], one.help or "", values, one.multiple]


def _arguments(context: click.Context) -> list[list[Any]]:
    parameters = context.command.get_params(context)
    found = [one for one in parameters if isinstance(one, click.Argument)]
    return [[_values(one), one.nargs == -1] for one in found]


def _values(one: click.Parameter) -> str | tuple[str, ...]:
    """Return what may stand for a parameter, as far as it is known before it is asked for."""
    if one._custom_shell_complete is not None:  # noqa: SLF001 - click offers no other way to see it
        return "ask"
    if isinstance(one.type, click.Choice):
        return tuple(one.type.choices)
    if isinstance(one.type, click.Path):
        return "file" if one.type.file_okay else "dir"
    is_clicks = type(one.type).shell_complete is click.ParamType.shell_complete
    return "text" if is_clicks else "ask"


def pages() -> dict[str, str]:
    """Return the help of every command at 80 columns, by the name of its page."""
    return {path.replace(" ", "-"): _help(path) for path in commands()}


def _help(path: str) -> str:
    with redirect_stdout(StringIO()) as said:
        run([*path.split()[1:], "--help"])
    return said.getvalue()
