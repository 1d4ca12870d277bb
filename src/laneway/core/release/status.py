"""The status of a LaneRelease, as whoever executes it tells it.

Comes in: what is known of it now, and the status of before. Goes out: the fields to write; a time
in a condition changes only when its status does, so a status that says the same is the same.
https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from laneway.core.release.standing import ReleaseStanding
from laneway.core.release.step import Rest
from laneway.core.resources.releases.plan import Plan

ReleasePhase = Literal["Running", "Paused", "Resting", "Aborted", "Done", "Refused"]
_CONDITIONS: Mapping[str, tuple[ReleasePhase, ...]] = {
    "Ready": ("Done",),
    "Reconciling": ("Running", "Paused"),
    "Stalled": ("Resting", "Aborted", "Refused"),
}
"""The phases in which each condition is true."""
EXECUTED, AT_WORK, STOPPED = "Executed", "AgentAtWork", "AgentStopped"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 1024
"""Characters of a message."""


class ReleaseTold(Struct, frozen=True):
    """What is known of a release. `verdicts` are as `judged_view` has them."""

    phase: ReleasePhase
    message: str
    at: ReleaseStanding | None = None
    weights: Mapping[str, int] = {}
    commit: str = ""
    verdicts: Sequence[Mapping[str, Any]] = ()


def phase_of(at: ReleaseStanding | None, rest: Rest | None) -> ReleasePhase:
    """Return the phase of a release, given why nobody goes on with it, if nobody does.

    What is decided and not handed on yet, as a commit that is not pushed, is under way.
    """
    if rest is not None:
        ends: Mapping[str, ReleasePhase] = {"aborted": "Aborted", "done": "Done"}
        return ends.get(rest.ending, "Resting")
    return "Paused" if at is not None and at.phase == "paused" else "Running"


def release_status(
    plan: Plan | None, told: ReleaseTold, generation: int, before: Mapping[str, Any], now: str
) -> dict[str, Any]:
    """Return the fields of the status, without what others of them stay; `now` is RFC 3339."""
    at = told.at
    return {
        "observedGeneration": generation,
        "phase": told.phase,
        "stage": at.stage if at else None,
        "stages": len(plan.stages) if plan else None,
        "weights": {**dict.fromkeys(before.get("weights") or ()), **told.weights},
        "since": _time(at.since) if at else None,
        "message": told.message[:_LONGEST],
        "commit": told.commit or None,
        "hops": [
            {
                "hop": one["hop"],
                "gate": one["gate"],
                "outcome": one["outcome"],
                "message": one["said"],
                "new": one["new"],
                "stable": one["stable"],
            }
            for one in told.verdicts
        ],
        "conditions": _conditions(told, generation, before.get("conditions"), now),
    }


def stopped_status(before: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Return the fields of the status of a release that nobody executes any more."""
    said = (EXECUTED, "False", STOPPED, "whoever executed it was ended in good order")
    return _executed(said, before, now)


def taken_up_status(before: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Return the fields of the status of a release that rests, and that somebody executes again."""
    return _executed((EXECUTED, "True", AT_WORK, ""), before, now)


def _executed(
    said: tuple[str, str, str, str], before: Mapping[str, Any], now: str
) -> dict[str, Any]:
    known = _known(before.get("conditions"))
    mine = _dated(_condition(*said, int(before.get("observedGeneration") or 0)), known, now)
    others = [one for kind, one in known.items() if kind != EXECUTED]
    return {"conditions": [*others, mine]}


def _conditions(
    told: ReleaseTold, generation: int, before: object, now: str
) -> list[Mapping[str, Any]]:
    known = _known(before)
    made = [
        _condition(kind, str(told.phase in phases), told.phase, told.message, generation)
        for kind, phases in _CONDITIONS.items()
    ]
    made.append(_condition(EXECUTED, "True", AT_WORK, "", generation))
    return [_dated(one, known, now) for one in made]


def _condition(
    kind: str, status: str, reason: str, message: str, generation: int
) -> dict[str, Any]:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message[:_LONGEST],
        "observedGeneration": generation,
    }


def _dated(
    one: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], now: str
) -> Mapping[str, Any]:
    old = known.get(one["type"], {})
    same = old.get("status") == one["status"] and old.get("lastTransitionTime")
    return {**one, "lastTransitionTime": str(old["lastTransitionTime"]) if same else now}


def _known(conditions: object) -> dict[str, Mapping[str, Any]]:
    found = conditions if isinstance(conditions, list) else []
    return {str(one.get("type")): one for one in found if isinstance(one, Mapping)}


def _time(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
