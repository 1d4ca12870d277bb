"""The door of the command line: which commands there are, and what each ending means.

Comes in: the process's arguments. Goes out: an exit code. 0 all is well, 1 errors were found in the
input or a promise is not kept, 2 the command was called wrongly, 3 the machine failed (a port, a
process, a file), 4 `prove` could not decide, 70 a bug in Laneway. A user never sees a traceback
without the words that say whose fault it is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

import click
from msgspec import Struct

from laneway.apps.cli.interrupting import INTERRUPTED
from laneway.apps.terminal.exit_codes import BUG, FINE, WORLD_FAILED


class Listed(Struct, frozen=True):
    """A command: where it is, and what the list of commands says of it."""

    module: str
    name: str
    says: str

    def load(self) -> click.Command:
        """Load it."""
        found: click.Command = getattr(import_module(self.module), self.name.replace("-", "_"))
        return found


def listed(module: str, name: str, says: str) -> Listed:
    """Return a command that is a module's, by the module's name in this folder."""
    return Listed(f"laneway.apps.cli.{module}", name, says)


COMMANDS: dict[str, Listed] = {
    one.name: one
    for one in (
        listed("render", "render", "Print the Istio objects that PATH becomes."),
        listed("check", "check", "Report errors and doubtful points in PATH, and how to fix them."),
        listed("codes", "explain-code", "Explain a finding's CODE, and how to fix it."),
        listed("status", "status", "Show the state of each group and lane."),
        listed("cost", "cost", "Say what the lanes cost proxies, layout beside layout."),
        listed("prove", "prove", "Prove that all requests keep to their lanes, or show one."),
        listed("explain", "explain", "Follow one request and show what decides each hop."),
        listed("propagation", "propagation", "Show which SDK passes a lane on, as measured."),
        listed("diff", "diff", "Show which objects change from OLD to NEW."),
        listed("release", "release", "Move lanes' weights, add and remove lanes, in your files."),
        listed("show", "show", "Print the mesh, the plan or the changes as data."),
        listed("local_commands", "demo", "Run a sample on real Envoy and judge its answers."),
        listed("local_commands", "up", "Start a mesh from PATH, and follow its changes."),
        listed("sync", "sync", "Start a mesh from a repository, and follow its commits."),
        listed("verify", "verify", "Send real requests to a mesh, and check where they went."),
        listed("open_command", "open", "Print a link that leads a browser into a lane."),
        listed("console", "console", "Show lanes in a browser, and change them there."),
        listed("ps", "ps", "List meshes and the programs in them."),
        listed("log_commands", "logs", "Print what the programs of a mesh wrote."),
        listed("exec_command", "exec", "Run a COMMAND where a WORKLOAD's program runs."),
        listed("stopping_commands", "stop", "Stop a WORKLOAD of a mesh, and keep it stopped."),
        listed("stopping_commands", "start", "Bring a stopped WORKLOAD back."),
        listed("stopping_commands", "restart", "Stop a WORKLOAD and start it anew."),
        listed("local_commands", "down", "Stop a mesh."),
        listed("operator", "operator", "Keep a cluster's Istio objects as its lanes say."),
        listed("wasm", "wasm", "Write the lane filter's module, to be served to a mesh."),
        listed("crds", "crds", "Print the CustomResourceDefinitions of groups and lanes."),
        listed("completion", "completion", "Print a script that completes commands in SHELL."),
    )
}
"""Every command, in the order in which a newcomer needs them."""


class LazyCommands(click.Group):
    """A group that knows its commands by name and loads one only when it is asked for."""

    known: ClassVar[Mapping[str, Listed]] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in their order."""
        return list(self.known)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command."""
        found = self.known.get(cmd_name)
        return None if found is None else found.load()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(one.name, one.says) for one in self.known.values()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whoever reads the output may leave when they have seen enough."""
        try:
            ended = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            return reader_left()
        return ended

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, and propose the nearest one for a name that is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from laneway.core.resources.yaml.nearness import likest

            near = likest(args[0], self.known)
            advice = f" Did you mean {near}?" if near else ""
            raise click.UsageError(f"There is no command {args[0]!r}.{advice}", ctx) from error


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    if wanted and not ctx.resilient_parsing:
        from laneway.apps.cli.version import version

        click.echo(f"laneway {version()}")
        ctx.exit()


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit codes: 0 fine, 1 errors in the input or a promise not kept, 2 wrong usage, "
    "3 the machine or network failed, 4 not known (prove, verify), 70 a bug in Laneway.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
def laneway() -> None:
    """Turn traffic lanes into Istio objects, or into a mesh on this machine.

    PATH is a file, a folder, a quoted pattern such as 'lanes/*.yaml', or - for standard input.
    """


def run(
    arguments: Sequence[str] | None = None, group: click.Group = laneway, name: str = "laneway"
) -> int:
    """Run a command of a group and return the exit code of its ending."""
    try:
        ended = group.main(arguments, prog_name=name, standalone_mode=False)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        click.echo(f"Error: {_sentence(error)}", err=True)
        return WORLD_FAILED
    except Exception:  # noqa: BLE001 - the last line of defense: whatever is left is a bug
        return _bug()
    return ended if isinstance(ended, int) else FINE


def reader_left() -> int:
    """End quietly when whoever read the output has seen enough (`laneway render … | head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FINE


def _sentence(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."


def _bug() -> int:
    import platform
    import traceback

    from laneway.apps.cli.version import version

    click.echo(traceback.format_exc(), err=True, nl=False)
    click.echo(
        "\nThis is a bug in Laneway, not a mistake of yours. Please report it with the lines\n"
        "above, the command you ran, and the smallest input that shows it.\n"
        f"laneway {version()}, Python {platform.python_version()}, {platform.platform()}",
        err=True,
    )
    return BUG
