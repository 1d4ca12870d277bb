"""`kubectl laneway status`: whether groups are live, now or within a time."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from laneway.apps.cli.clusters import ask, complete_names, namespace, sentence, with_cluster
from laneway.apps.cli.seconds import Seconds
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE, NOT_KNOWN
from laneway.apps.terminal.printing import output_option, print_object
from laneway.apps.terminal.screen import table_width_of
from laneway.apps.terminal.tables import table

if TYPE_CHECKING:
    from laneway.adapters.kube import Client, KubeError
    from laneway.core.views.lanes_on_cluster import GroupState, LanesOnCluster

Output = Literal["text", "yaml", "json", "name"]
HEAD = ("GROUP", "STATE", "WHY")


@with_cluster
@click.command(
    epilog="Exit codes: 0 all groups are live, 1 one of them is not, 4 not known, because no "
    "operator tells, 2 wrong usage, 3 the cluster cannot be asked, 70 a bug in Laneway."
)
@click.argument("groups", nargs=-1, metavar="[GROUP...]", shell_complete=complete_names("groups"))
@click.option(
    "-w",
    "--watch",
    is_flag=True,
    help="Tell each change, until all groups are live, one is stalled, or nobody can know.",
)
@click.option(
    "--timeout",
    type=Seconds(min=0, min_open=True),
    metavar="SECONDS",
    help="With --watch: end after so long, with the state of that moment.",
)
@output_option("text", "yaml", "json", "name", says="name prints the groups that are live.")
def status(
    groups: tuple[str, ...],
    watch: bool,  # noqa: FBT001 - a flag
    timeout: float | None,
    output: Output,
) -> int:
    """Say whether groups are live: every proxy has taken what their newest edit asks for.

    What an operator has not read yet is not live; without an operator it is not known. Of
    permissive groups it is told as well which programs have to pass the lane on, and whether their
    pods show that they will; a --watch does not ask for that.

    \b
    kubectl laneway status
    kubectl apply -f lanes/ && kubectl laneway status --watch --timeout 60
    """
    if timeout is not None and not watch:
        raise click.UsageError("--timeout goes with --watch.")
    following = StatusWatch(groups, namespace(), output)
    if watch:
        ask(lambda client: following.follow(client, timeout))
    else:
        ask(following.once)
        if following.permissive and output != "name":
            following.programs = _programs(following.permissive)
    following.end()
    return following.code


def _programs(groups: frozenset[str]) -> list[dict[str, Any]]:
    """Return which programs of groups have to pass a lane on, by what runs in the cluster."""
    from laneway.apps.cli.clusters import cluster_read
    from laneway.core.mesh.link import link
    from laneway.core.mesh.not_read import ESSENTIAL
    from laneway.core.views.programs import programs_of

    snapshot, needed = cluster_read().snapshot, {"Pod", *ESSENTIAL}
    lacks = ", ".join(one.resource for one in snapshot.not_read if one.kind in needed)
    if lacks:
        click.echo(f"Which programs pass their lane on is not known without {lacks}.", err=True)
        return []
    return programs_of(link(snapshot), groups)


class StatusWatch:
    """What is known of the groups that are asked for, and what was told of it."""

    def __init__(self, groups: tuple[str, ...], space: str, output: Output) -> None:
        self.states: list[GroupState] = []
        self.is_read = False
        self.permissive: frozenset[str] = frozenset()
        self.programs: list[dict[str, Any]] = []
        self._groups = groups
        self._space = space
        self._output = output
        self._told: dict[str, GroupState] = {}

    async def once(self, client: Client) -> None:
        """Look once."""
        from laneway.apps.cluster.lanes import lanes_of_cluster

        self._take(await lanes_of_cluster(client))

    async def follow(self, client: Client, limit: float | None) -> None:
        """Look until there is nothing to wait for, or time is over."""
        from laneway.apps.cluster.lanes import changes_of_lanes

        try:
            async with asyncio.timeout(limit):
                async for found in changes_of_lanes(client, _tell_trouble):
                    self._take(found)
                    if self._output == "text":
                        self._tell_changes()
                    if self._is_over:
                        return
        except TimeoutError:
            click.echo(f"Not all groups are live after {limit:g} s.", err=True)

    def _take(self, found: LanesOnCluster) -> None:
        from laneway.core.views.lanes_on_cluster import GroupState, states

        found = found.of_namespace(self._space) if self._space else found
        found = found.of_groups(self._groups) if self._groups else found
        missing = (name for name in self._groups if name not in found.names)
        lost = (GroupState(name, "not live", "there is no such group") for name in missing)
        self.states = [*states(found), *lost]
        self.permissive = found.permissive
        self.is_read = True

    @property
    def _is_over(self) -> bool:
        """Whether there is nothing to wait for: no group will be live before the next edit."""
        stalled = any(one.state == "stalled" for one in self.states)
        return stalled or (bool(self.states) and all(one.is_settled for one in self.states))

    @property
    def code(self) -> int:
        """What it comes to: 1 wins over 4."""
        told = {one.state for one in self.states}
        if told & {"not live", "stalled"}:
            return ERRORS_FOUND
        return FINE if told == {"live"} else NOT_KNOWN

    def _tell_changes(self) -> None:
        """Tell each group whose state is another than it was told to be."""
        for one in self.states:
            if self._told.get(one.group) != one:
                click.echo(f"group {one.group}: {one.state}{': ' if one.why else ''}{one.why}")
        self._told = {one.group: one for one in self.states}
        sys.stdout.flush()

    def end(self) -> None:
        """Tell how it stands, where that was not told as it went."""
        if self._output == "name":
            for one in self.states:
                if one.state == "live":
                    click.echo(one.group)
        elif self._output != "text":
            items = [
                {"group": one.group, "state": one.state, "why": one.why} for one in self.states
            ]
            programs = {"programs": self.programs} if self.programs else {}
            print_object({"groups": items} | programs, self._output)
        elif not self.is_read:
            click.echo("The cluster did not answer so soon.", err=True)
        elif not self.states:
            click.echo("There is no lane group in the cluster.")
        elif not self._told:
            rows = [(one.group, one.state, one.why) for one in self.states]
            click.echo("\n".join(table(HEAD, rows, table_width_of(sys.stdout))))
            self._tell_programs()

    def _tell_programs(self) -> None:
        from laneway.core.views.programs import PROGRAMS, program_rows

        if self.programs:
            rows = program_rows(self.programs)
            click.echo("\n".join(["", *table(PROGRAMS, rows, table_width_of(sys.stdout))]))


def _tell_trouble(error: KubeError) -> None:
    click.echo(f"{sentence(error)} It is asked again.", err=True)
