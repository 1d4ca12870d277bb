"""What people ask of a release that somebody else executes: one annotation, and what comes of it.

Comes in: the annotation's value, and where the release stands. Goes out: a commit to make, nothing
where all is so already, or why not. The value says all: whoever reads it again comes to the same,
so an answer that was lost is given again. The last word makes two requests different.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.release.standing import ReleaseStanding
from laneway.core.release.step import AtHand, CountedSoFar, ToCommit, look
from laneway.core.resources.releases.plan import Plan

REQUEST_ANNOTATION = "laneway.dev/request"
Action = Literal["pause", "resume", "promote", "abort", "set-weight"]
_ACTIONS: tuple[Action, ...] = get_args(Action)
_WEIGHT = re.compile(r"([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)=(\d{1,3})", re.ASCII)
_LONGEST = 4096


class ReleaseRequest(Struct, frozen=True):
    """A request. `weights` are those of `set-weight`, empty for all other actions."""

    value: str
    action: Action
    weights: Mapping[str, int] = {}


def read_request(value: str) -> ReleaseRequest | Finding:
    """Read the annotation's value: an action, weights, a word that no other request has.

    >>> request = read_request("set-weight v1=60 v3=40 2026-11-30T09:00:00Z")
    >>> request.action, dict(request.weights)
    ('set-weight', {'v1': 60, 'v3': 40})
    """
    words = value.split()
    action = next((one for one in _ACTIONS if words[:1] == [one]), None)
    if action is None or len(value) > _LONGEST:
        return _unreadable(value, f"its first word is one of {', '.join(_ACTIONS)}")
    found = [_WEIGHT.fullmatch(word) for word in words[1:-1]]
    weights = {one[1]: int(one[3]) for one in found if one}
    if len(words) < 2 or "=" in words[-1]:
        return _unreadable(value, "its last word is one that no other request has")
    if len(weights) != len(words) - 2 or max(weights.values(), default=0) > 100:
        return _unreadable(value, "between them stand LANE=WEIGHT, each lane once, up to 100")
    if bool(weights) != (action == "set-weight"):
        return _unreadable(value, "set-weight alone has weights, and it has some")
    return ReleaseRequest(value, action, weights)


def answer(
    plan: Plan, seen: AtHand, request: ReleaseRequest, *, rests: bool
) -> ToCommit | Finding | None:
    """Return what a request comes to: a commit, nothing since it is so already, or why not.

    `rests` says that nobody goes on with the release until somebody asks for it.
    """
    at = seen.standing
    if at is None:
        return _unfit(plan, request, "not begun")
    if at.phase == "aborted":
        return _when_aborted(plan, seen, request)
    if at.phase == "done":
        return None if request.action == "promote" else _unfit(plan, request, "done")
    match request.action:
        case "pause":
            return None if at.phase == "paused" else paused(plan, at)
        case "resume" if at.digest != plan.digest:
            return _unfit(plan, request, "under way by another plan")
        case "resume":
            goes_on = at.phase == "running" and not (rests or seen.moved)
            mine = replace(at, runner=seen.runner)
            return None if goes_on else resumed(plan, mine, seen.now, moved=seen.moved)
        case "promote":
            return _promoted(plan, seen, at)
        case "abort":
            return ended(plan, at)
        case "set-weight":
            said = replace(at, phase="paused", since=int(seen.now))
            return ToCommit(said, request.weights, "weights are set by request")


def paused(plan: Plan, at: ReleaseStanding) -> ToCommit:
    """Return the commit by which a release stays at its stage."""
    return ToCommit(replace(at, phase="paused"), None, f"{_stage(plan, at)} is paused")


def resumed(plan: Plan, at: ReleaseStanding, now: float, *, moved: bool = False) -> ToCommit:
    """Return the commit by which a stage begins anew, with its weights where they were moved."""
    attempt = at.attempt + 1
    said = replace(at, phase="running", attempt=attempt, since=int(now))
    weights = plan.stages[at.stage - 1].weights if moved else None
    return ToCommit(said, weights, f"{_stage(plan, at)} goes on, attempt {attempt}")


def ended(plan: Plan, at: ReleaseStanding) -> ToCommit:
    """Return the commit by which the weights of before come back."""
    return ToCommit(
        replace(_known_to(plan, at), phase="aborted"), {}, f"ended by hand at stage {at.stage}"
    )


def _when_aborted(plan: Plan, seen: AtHand, request: ReleaseRequest) -> ToCommit | Finding | None:
    """Begin anew, if that is what is asked for."""
    if request.action == "abort":
        return None
    begun = look(plan, CountedSoFar(), seen, again=True).to_do
    if request.action == "resume" and isinstance(begun, ToCommit):
        return begun
    return _unfit(plan, request, "aborted")


def _promoted(plan: Plan, seen: AtHand, at: ReleaseStanding) -> ToCommit:
    """Return the commit that has the weights of the last stage, whatever is known."""
    stage = len(plan.stages)
    said = replace(
        _known_to(plan, at),
        stage=stage,
        phase="done",
        attempt=max(1, at.attempt),
        since=int(seen.now),
        runner=seen.runner,
    )
    return ToCommit(said, plan.stages[-1].weights, f"promoted by hand at stage {at.stage}")


def _known_to(plan: Plan, at: ReleaseStanding) -> ReleaseStanding:
    """Return where it stands as by this plan: an end that people ask for is one of what they see.

    Only a plan that changes after the end has a release begin anew.
    """
    return replace(at, digest=plan.digest)


def _stage(plan: Plan, at: ReleaseStanding) -> str:
    return f"stage {at.stage} of {len(plan.stages)}"


def _unreadable(value: str, why: str) -> Finding:
    return unplaced(releasing.REQUEST_UNREADABLE, value=value[:100], why=why)


def _unfit(plan: Plan, request: ReleaseRequest, phase: str) -> Finding:
    words = {"name": plan.name, "phase": phase, "action": request.action}
    return unplaced(releasing.REQUEST_UNFIT, **words)
