"""What the command line answers at once, made of click's declarations.

Comes in: the commands. Goes out: `apps/terminal/offers.py`, what may stand in a line of each
command, and `apps/cli/help/`, a page for each. `LANEWAY_BLESS=1` makes their test write them anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

import click

from laneway.apps.cli.entry import laneway, run

HEAD = '''\
"""What may stand in the line of each command, for completion without loading the command.

Written from the commands' declarations; `./dev bless` writes it anew. A command has a short help,
its options, and its arguments, each of which may be followed by more of its kind or not. An option
has names, a help, its values (None for a flag), and whether it may be given again. Values are words
to choose from, or what the shell completes, or `text`, or `ask`: whatever the command itself says.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` takes as long to load as all of this
    Values = str | tuple[str, ...]
    Option = tuple[tuple[str, ...], str, Values | None, bool]
    Argument = tuple[Values, bool]
    Offer = tuple[str, tuple[Option, ...], tuple[Argument, ...]]

OFFERS: dict[str, Offer] = {
'''
TAIL = "}\n"


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


def module() -> str:
    """Return the text of `offers.py`."""
    lines = [line for path, context in commands().items() for line in _offer(path, context)]
    return HEAD + "".join(f"{line}\n" for line in lines) + TAIL


def _offer(path: str, context: click.Context) -> Iterator[str]:
    parameters = context.command.get_params(context)
    arguments = [one for one in parameters if isinstance(one, click.Argument)]
    yield f"    {path!r}: ({context.command.get_short_help_str()!r}, ("
    for one in parameters:
        if isinstance(one, click.Option) and not one.hidden:
            names = (*one.opts, *one.secondary_opts)
            values = None if one.is_flag or one.count else _values(one)
            yield f"        ({names!r}, {one.help or ''!r}, {values!r}, {one.multiple!r}),"
    spelled = "".join(f"({_values(one)!r}, {one.nargs == -1!r}), " for one in arguments)
    yield f"    ), ({spelled.rstrip()})),"


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
