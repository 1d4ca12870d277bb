"""What the commands of a release in stages do: wire the runner, show where it stands, speak to it.

Comes in: a plan and paths. Goes out: an exit code and text. Loaded only by those commands.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import click
from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.files.written import bytes_of, write
from laneway.adapters.git import Branch, GitError, Repository, Turn
from laneway.adapters.metrics import MetricsServer
from laneway.adapters.notices import Courier
from laneway.apps.cli.meshes import UnfitError, running_mesh
from laneway.apps.cli.reading import NoInputError, all_files_wanted, linked
from laneway.apps.cli.release_looking import tell_other
from laneway.apps.local.mesh.configuration import Configuration, ConfigurationError, OutsidePlace
from laneway.apps.release.git_side import GitSide, Pushing, repository_of, standing_of
from laneway.apps.release.mesh_side import MeshSide
from laneway.apps.release.metrics_side import MetricsSide
from laneway.apps.release.notes import note_file
from laneway.apps.release.stage_runner import StageRunner, Voice
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE, NOT_KNOWN
from laneway.apps.terminal.release_text import release_text
from laneway.apps.terminal.telling import tell
from laneway.core.release.books import Books, NotWrittenError
from laneway.core.release.proposals import Proposal
from laneway.core.release.requests import ended, paused, resumed
from laneway.core.release.standing import Phase
from laneway.core.release.step import Ending, Rest, ToCommit
from laneway.core.resources.releases.plan import Plan
from laneway.core.views.release import release_view

_CODES: dict[Ending, int] = {
    "done": FINE,
    "aborted": ERRORS_FOUND,
    "other plan": ERRORS_FOUND,
    "unknown": NOT_KNOWN,
    "moved": NOT_KNOWN,
    "taken": NOT_KNOWN,
}
_PATIENCE = 20.0
"""Seconds to wait for the turn: a `git` that a killed runner started may still be at work."""

_LAST_WORDS = 5.0
"""Seconds for others to take what they are told at the end."""

_TRIES = 5


class RunFlags(Struct, frozen=True):
    """How a plan is carried out: on which mesh, by whose configuration, pushed, begun anew."""

    mesh: str | None
    config: str | None
    pushing: Pushing
    again: bool


def run_plan(plan: Plan, paths: Sequence[str], flags: RunFlags) -> int:
    """Carry a plan out. Raises GitError, UnfitError, NoInputError."""
    repository = repository_of(paths[0])
    turn = _turn(repository, plan)
    outside = _configured(flags.config)
    traffic = _traffic(plan, paths, flags, outside.metrics)
    couriers = _couriers(plan, outside.webhooks)

    def announce(said: str) -> None:
        text = f"release {plan.name}: {said}"
        for one in couriers:
            one.send({"release": plan.name, "lane": plan.lane, "text": text})

    try:
        git_side = _git_side(plan, paths, Branch(repository, turn), flags.pushing)
        _check(plan, git_side)
        note = note_file(repository, plan)
        voice = Voice(_say, announce, lambda view: write(note, json.dumps(view).encode()))
        rest = StageRunner(plan, _runner_name(), (git_side, traffic), voice).run(again=flags.again)
    except NotWrittenError as error:
        tell(error.findings, sys.stderr)
        return ERRORS_FOUND
    finally:
        traffic.leave()
        turn.end()
        for one in couriers:
            one.end(_LAST_WORDS)
    return _ended(plan, rest)


def _ended(plan: Plan, rest: Rest) -> int:
    if rest.ending == "other plan":
        tell_other(plan)
    else:
        words = {"done": "is done", "aborted": "was ended", "unknown": "rests"}
        _say(f"release {plan.name} {words.get(rest.ending, 'rests')}: {rest.said}")
    return _CODES[rest.ending]


def dry_run(plan: Plan, paths: Sequence[str]) -> int:
    """Show the stages, and whether each could be written now."""
    branch = Branch(repository_of(paths[0]))
    _check(plan, _git_side(plan, paths, branch, Pushing()))
    standing = standing_of(branch, plan.name)
    if standing is not None and standing.digest != plan.digest:
        tell_other(plan)
        standing = None
    click.echo("\n".join(release_text(release_view(plan, standing, None))))
    return FINE


def say_in_git(plan: Plan, paths: Sequence[str], phase: Phase, pushing: Pushing) -> int:
    """Write into the branch's history that a release is to stay, go on or end."""
    branch = Branch(repository_of(paths[0]))
    git_side = _git_side(plan, paths, branch, pushing)
    title = ""
    for _ in range(_TRIES):
        _follow(git_side, phase)
        if not title:
            wanted = _wanted(plan, git_side.books(), phase, is_pushed=git_side.is_pushed())
            try:
                if wanted and git_side.deliver(wanted, branch.head()) == "again":
                    continue
            except NotWrittenError as error:
                tell(error.findings, sys.stderr)
                return ERRORS_FOUND
            title = wanted.title if wanted else f"is {phase}, and pushed now"
        if _push_rest(git_side):
            waits = git_side.books().waits
            _say("\n  ".join(filter(None, (f"release {plan.name}: {title}", waits))))
            return FINE
    raise GitError("the branch moves all the time; nothing more was tried")


def _follow(git_side: GitSide, phase: Phase) -> None:
    """Take over what the remote has; that it is away keeps no weights from going back."""
    try:
        git_side.follow()
    except GitError as error:
        if phase != "aborted":
            raise
        _say(f"Git: {error}")


def _push_rest(git_side: GitSide) -> bool:
    try:
        return git_side.push_rest()
    except GitError as error:
        raise GitError(f"the commit is made, and not pushed: {error}") from error


def _wanted(plan: Plan, books: Books, phase: Phase, *, is_pushed: bool) -> ToCommit | None:
    """Return the commit that says so, None where it is there and only to be pushed.

    A stage that goes on begins anew. Raises UnfitError.
    """
    standing = books.standing
    if books.proposed is not None:
        return _against(plan, books.proposed, books, phase)
    if standing is None or standing.phase in (phase, "aborted", "done"):
        if standing is not None and standing.phase == phase and not is_pushed:
            return None
        phase_now = standing.phase if standing else "not begun"
        raise UnfitError(f"release {plan.name} is {phase_now}; nothing is written.")
    if phase == "running" and standing.digest != plan.digest:
        how = f"go on with the plan as it was, or `laneway release abort {plan.path}`"
        raise UnfitError(
            f"release {plan.name} has begun by another plan than is written now: {how}."
        )
    if phase == "aborted":
        return ended(plan, standing)
    return paused(plan, standing) if phase == "paused" else resumed(plan, standing, time.time())


def _against(plan: Plan, proposed: Proposal, books: Books, phase: Phase) -> ToCommit:
    """End a release while a proposal of it waits; nothing else can be said then."""
    if phase != "aborted" or proposed.standing.phase == "aborted":
        raise UnfitError(f"release {plan.name}: {books.waits}")
    title = f"ended by hand; close {proposed.branch}, which waits to be merged"
    at = books.standing
    if at is None or at.before != proposed.standing.before:
        return ToCommit(replace(proposed.standing, phase=phase), None, title)
    return ToCommit(replace(at, phase=phase), {}, title)


def _check(plan: Plan, git_side: GitSide) -> None:
    """Find out before anything is done what could not be written. Raises NoInputError."""
    git_side.follow()
    for stage in plan.stages:
        if findings := git_side.checked(stage.weights):
            raise NoInputError(findings)


def _git_side(plan: Plan, paths: Sequence[str], branch: Branch, pushing: Pushing) -> GitSide:
    if pushing.prefix and not branch.repository.is_legal_branch(f"{pushing.prefix}/x"):
        raise click.BadParameter(f"{pushing.prefix!r} begins no branch", param_hint="--pr-branch")
    return GitSide(paths, plan, branch, pushing=pushing, all_files=all_files_wanted())


def _traffic(
    plan: Plan, paths: Sequence[str], flags: RunFlags, servers: Mapping[str, OutsidePlace]
) -> MeshSide | MetricsSide:
    """Return where traffic is seen: by a server that the plan names, or here."""
    if not plan.metrics:
        return MeshSide(running_mesh(flags.mesh), (plan.lane, plan.stable))
    server = MetricsServer(*_outside("metrics", plan.metrics, servers))
    return MetricsSide(server, plan, linked(paths))


def _couriers(plan: Plan, hooks: Mapping[str, OutsidePlace]) -> list[Courier]:
    """Return who tells others; who does not listen holds nothing up."""

    def failed(why: str) -> None:
        _say(f"not told to others: {why}")

    return [Courier(*_outside("webhooks", name, hooks), failed) for name in plan.notify]


def _configured(path: str | None) -> Configuration:
    try:
        return Configuration.of(path)
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error


def _outside(
    table: str, name: str, known: Mapping[str, OutsidePlace]
) -> tuple[str, Callable[[], str]]:
    """Return the address and token of what a plan names.

    A plan says names and never addresses: whoever writes one may not choose whom this machine
    speaks to.
    """
    place = known.get(name)
    if place is None:
        names = ", ".join(known) or "none"
        raise click.UsageError(f"laneway.toml has no [{table}.{name}] with a url; it has {names}.")
    if place.token_file:
        bytes_of(place.token_file)
    return place.url, place.token


def _turn(repository: Repository, plan: Plan) -> Turn:
    until = time.monotonic() + _PATIENCE
    while (turn := Turn.taken(repository, plan.name)) is None:
        if time.monotonic() > until:
            raise UnfitError(f"another runner carries out release {plan.name} in this work tree.")
        time.sleep(0.1)
    return turn


def _runner_name() -> str:
    """Return a name that no other runner has, which people can make sense of."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}".replace(" ", "_")


def _say(words: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {words}")
