"""`laneway sync` to a cluster: following, syncing once, and how it stands.

Comes in: an Application and the way to a cluster. Goes out: an exit code and text. Nothing is done
here but wiring; each of the three opens a store, asks the repository, and closes it again.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

import click
from msgspec import Struct

from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE, NOT_KNOWN, WORLD_FAILED
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.telling import tell, tell_meanwhile

if TYPE_CHECKING:
    from laneway.apps.agent.bringing import Bringing, StepTaken
    from laneway.apps.agent.follow import Speaking
    from laneway.apps.agent.turns import Turns
    from laneway.apps.repository.followed import FollowedApplication
    from laneway.apps.repository.repository import FollowedRepository
    from laneway.core.findings.finding import Finding
    from laneway.core.syncing.cluster.rounds import WaitFor
    from laneway.core.syncing.looking import Commit, Fetched


class ClusterWay(Struct, frozen=True):
    """The way to a cluster, and the namespaces that may be written there."""

    kubeconfig: str | None
    context: str | None
    namespaces: tuple[str, ...]
    drain: float


Doing = Callable[["FollowedRepository", "Bringing"], Awaitable[int]]


def follow(followed: FollowedApplication, way: ClusterWay) -> int:
    """Follow a repository until told to stop."""

    async def doing(repository: FollowedRepository, bringing: Bringing) -> int:
        from laneway.apps.agent.follow import ClusterFollowing

        speaking = _speaking()
        following = ClusterFollowing(
            followed, repository, bringing, speaking, _turns(bringing, speaking)
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, following.stop)
        await following.run()
        return FINE

    if followed.hook is not None:
        followed.hook.tried()
    return _connected(followed, way, doing, is_once=False)


def now(followed: FollowedApplication, way: ClusterWay, *, prune: bool) -> int:
    """Bring the newest commit in, and wait until all of it is well."""

    async def doing(repository: FollowedRepository, bringing: Bringing) -> int:
        from laneway.apps.agent.once import sync_once
        from laneway.core.syncing.cluster.rounds import RoundDone, WaitFor

        prunes, speaking = prune or followed.policy.prune, _speaking()

        async def brought() -> tuple[Fetched, StepTaken] | int:
            found = await _newest(repository)
            if isinstance(found, int):
                return found
            return found, await sync_once(bringing, found, speaking, prune=prunes)

        came = await _turns(bringing, speaking).alone(brought)
        if isinstance(came, int):
            return came
        fetched, done = came
        tell((*done.findings, *done.look.objects.findings), sys.stderr)
        if done.findings:
            click.echo(f"{fetched.commit.text} is refused; what was applied before stays")
            return ERRORS_FOUND
        if isinstance(done.step, WaitFor):
            return _told_unwell(fetched.commit, done.step)
        if not isinstance(done.step, RoundDone):
            return ERRORS_FOUND
        click.echo(f"{fetched.commit.text} is applied")
        return FINE

    return _connected(followed, way, doing)


def _told_unwell(commit: Commit, step: WaitFor) -> int:
    """Tell that a commit is not in whole, by the worst of what it waits for."""
    from laneway.core.syncing.states import health_of

    worst = health_of(wellness for _, wellness in step.waiting)
    ids = [str(one) for one, wellness in step.waiting if wellness.health == worst.health]
    more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
    said = f": {worst.message}" if worst.message else ""
    click.echo(f"{commit.text} is not applied whole, and waits for {ids[0]}{more}")
    click.echo(f"  {worst.health}{said}")
    return ERRORS_FOUND if worst.health == "Degraded" else NOT_KNOWN


def status(
    followed: FollowedApplication, way: ClusterWay, output: Literal["text", "yaml", "json"]
) -> int:
    """Print how a cluster stands beside the newest commit."""

    async def doing(repository: FollowedRepository, bringing: Bringing) -> int:
        from laneway.apps.agent.once import report
        from laneway.apps.terminal.screen import table_width_of
        from laneway.apps.terminal.sync_text import sync_lines

        fetched = await _newest(repository)
        if isinstance(fetched, int):
            return fetched
        found = await report(bringing, dict(followed.application), fetched)
        value = found.as_value()
        if output != "text":
            print_object(value, output)
        else:
            click.echo("\n".join(sync_lines(value, time.time(), table_width_of(sys.stdout))))
        is_ill = found.tracked.refused is not None or found.wellness.health == "Degraded"
        return ERRORS_FOUND if is_ill else FINE

    return _connected(followed, way, doing)


async def _newest(repository: FollowedRepository) -> Fetched | int:
    """Return the newest commit, or an exit code where there is none that can be read."""
    from laneway.apps.agent.reaching import spoken_of
    from laneway.apps.repository.aside import aside
    from laneway.core.syncing.looking import Fetched, Unreached

    asking = f"asking {repository.remote.url}"
    looked = await spoken_of(asking, aside(repository.look), tell_meanwhile)
    if isinstance(looked, Fetched):
        return looked
    tell(looked.findings, sys.stderr)
    is_silent = isinstance(looked, Unreached) and not looked.is_gone
    return WORLD_FAILED if is_silent else ERRORS_FOUND


def _connected(
    followed: FollowedApplication, way: ClusterWay, doing: Doing, *, is_once: bool = True
) -> int:
    """Open a store and a cluster, do something with them, and close both.

    A cluster that does not answer is told at once; what goes on for long then tries it again.
    """
    from laneway.adapters.gitstore import Store
    from laneway.adapters.kube import Client, KubeError, access
    from laneway.apps.agent.bringing import Bringing
    from laneway.apps.agent.reaching import unreached
    from laneway.apps.agent.reading import AppliedReading
    from laneway.core.syncing.cluster.seen import MANAGER

    async def run(store: Store) -> int:
        there = access(way.kubeconfig, way.context)
        if (silent := await unreached(there, tell_meanwhile)) is not None:
            tell((silent,), sys.stderr)
            if is_once:
                return WORLD_FAILED
        async with Client(there, manager=MANAGER) as client:
            name = str(followed.application["name"])
            bringing = Bringing(
                AppliedReading(client, name, followed.namespace),
                followed.source,
                frozenset(way.namespaces or (followed.namespace,)),
                followed.policy,
                way.drain,
            )
            return await doing(followed.asked_through(store), bringing)

    with tempfile.TemporaryDirectory(prefix="laneway-sync-") as folder, Store(folder) as store:
        try:
            return asyncio.run(run(store))
        except KubeError as error:
            click.echo(f"Error: {error}", err=True)
            return WORLD_FAILED


def _turns(bringing: Bringing, speaking: Speaking) -> Turns:
    from laneway.apps.agent.turns import turns
    from laneway.core.syncing.cluster.inventory import NAME

    reading = bringing.reading
    return turns(reading.client, reading.namespace, NAME.format(reading.name), speaking.line)


def _speaking() -> Speaking:
    from laneway.apps.agent.follow import Speaking
    from laneway.apps.terminal.screen import Screen

    def told(found: tuple[Finding, ...]) -> None:
        tell(found, sys.stderr)

    return Speaking(Screen(sys.stdout, sys.stderr).tell, told)
