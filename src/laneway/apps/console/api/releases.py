"""Releases in stages: where each stands, and what is said to one."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from laneway.adapters.git import GitError
from laneway.adapters.kube import KubeError
from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused, Parameter
from laneway.apps.console.api.injection import refusal_of
from laneway.apps.console.releases import CannotBeSaidError, SaidAction, say, shown
from laneway.core.release.books import NotWrittenError
from laneway.core.release.requests import Action
from laneway.core.resources.releases.plan import LaneRelease, Plan
from laneway.core.views.release_object import release_object_view


@runtime_checkable
class AsksReleases(Protocol):
    """A ground whose releases are objects that somebody else executes. Each raises KubeError."""

    async def may_ask_releases(self) -> bool:
        """Return whether the user may."""

    async def ask_release(self, name: str, action: Action) -> str:
        """Write a request to a release, and return it as it was written."""


class SaidToRelease(Struct, frozen=True):
    """What is said to a release: to stay, to go on, to be through at once, or to end."""

    action: SaidAction


class ReleaseAnswer(Struct, frozen=True):
    """What came of it, in words."""

    title: str


def _plans(asked: CallAsked) -> list[Plan]:
    """Return the plans of files."""
    found = asked.seen.compilation.snapshot.by_kind.get(LaneRelease, ())
    plans = (one.plan for one in found if isinstance(one, LaneRelease) and one.meta.source.text)
    return [one for one in plans if one is not None]


async def _releases(asked: CallAsked) -> list[dict[str, Any]]:
    ground, seen = asked.ground, asked.seen
    if not isinstance(ground, AsksReleases):
        plans = _plans(asked)
        return await asyncio.to_thread(lambda: [shown(plan, ground.about.paths) for plan in plans])
    try:
        may = await ground.may_ask_releases()
    except KubeError as error:
        raise refusal_of(error) from None
    return [release_object_view(one) | {"mayAsk": may} for one in seen.releases]


async def _ask(ground: AsksReleases, asked: CallAsked) -> ReleaseAnswer:
    name = asked.words["name"]
    try:
        return ReleaseAnswer(await ground.ask_release(name, asked.body.action))
    except KubeError as error:
        raise refusal_of(error) from None


async def _say(asked: CallAsked) -> ReleaseAnswer:
    name, body = asked.words["name"], asked.body
    if isinstance(asked.ground, AsksReleases):
        return await _ask(asked.ground, asked)
    plan = next((one for one in _plans(asked) if one.name == name), None)
    if plan is None:
        raise CallRefused(404, f"There is no release {name} in a file")
    try:
        return ReleaseAnswer(
            await asyncio.to_thread(say, plan, asked.ground.about.paths, body.action)
        )
    except CannotBeSaidError as error:
        raise CallRefused(409, "It cannot be said to it now", str(error)) from error
    except (GitError, NotWrittenError, OSError) as error:
        raise CallRefused(502, "It could not be committed", str(error)) from error


CALLS = (
    ApiCall("GET", "/releases", "Where releases in stages stand", _releases, list[dict[str, Any]]),
    ApiCall(
        "POST",
        "/releases/{name}",
        "Say something to a release",
        _say,
        ReleaseAnswer,
        takes=SaidToRelease,
        parameters=(Parameter("name", "a release"),),
        writes=True,
    ),
)
