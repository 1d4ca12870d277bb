"""A release that is an object of a cluster, as pages show it.

Comes in: the object as the API server has it, with the status that whoever executes it wrote. Goes
out: the view of a release, the same as of one whose plan is a file; and what came of the last
request. What its agent has not said yet is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from laneway.core.release.applying import read_record
from laneway.core.release.requests import REQUEST_ANNOTATION
from laneway.core.release.status import EXECUTED
from laneway.core.resources.read import read_objects
from laneway.core.resources.releases.plan import LaneRelease, Plan
from laneway.core.views.release import release_view
from laneway.core.views.release_plot import with_bounds

View = dict[str, Any]
_WELL = ("Running", "Paused", "Done")


def release_object_view(body: Mapping[str, Any]) -> View:
    """Return where a release stands, by its object."""
    head, status = body.get("metadata") or {}, body.get("status") or {}
    name, phase = str(head.get("name", "")), str(status.get("phase", ""))
    plan, error = _plan(name, body)
    found = release_view(plan, None, None) if plan else _unread(name, body)
    found["phase"] = phase.lower() or "not begun"
    found["isObject"] = True
    found["git"] = bool(plan and plan.git)
    found["weights"] = dict(status.get("weights") or {})
    found["request"] = _request(head, status)
    found["why"] = error or _why(head, status, phase)
    if status.get("stage"):
        found |= {"stage": status["stage"], "since": _seconds(status.get("since"))}
        record = read_record(status.get("record"))
        found["attempt"] = record.standing.attempt if record else 1
        found["judged"] = {
            "at": None,
            "said": str(status.get("message", "")),
            "verdicts": [_verdict(one) for one in status.get("hops") or ()],
        }
    return with_bounds(found)


def _plan(name: str, body: Mapping[str, Any]) -> tuple[Plan | None, str]:
    """Return the plan, or what is wrong with it."""
    known = {key: value for key, value in body.items() if key != "status"}
    found = read_objects(f"lanerelease/{name}", [known])
    plans = (one.plan for one in found.resources if isinstance(one, LaneRelease))
    plan = next(plans, None)
    wrong = [one.message for one in found.findings if one.level == "error"]
    return plan, "" if plan else "; ".join(wrong)


def _unread(name: str, body: Mapping[str, Any]) -> View:
    """Return what there is to say of a release whose plan has an error."""
    spec = body.get("spec") or {}
    lanes = {key: str(spec.get(key, "")) for key in ("lane", "stable")}
    return {"release": name, **lanes, "stages": [], "gates": []}


def _why(head: Mapping[str, Any], status: Mapping[str, Any], phase: str) -> str:
    """Return what is to be known beside where it stands."""
    if not phase:
        return "no agent has looked at it: `laneway release agent` executes releases of a cluster"
    conditions = {one.get("type"): one for one in status.get("conditions") or ()}
    if conditions.get(EXECUTED, {}).get("status") == "False":
        return str(conditions[EXECUTED].get("message", ""))
    if status.get("observedGeneration") != head.get("generation"):
        return "its newest edit was not read yet"
    return "" if phase in _WELL else str(status.get("message", ""))


def _request(head: Mapping[str, Any], status: Mapping[str, Any]) -> View | None:
    """Return what was asked of it last, and what came of that, if it was answered."""
    asked = str((head.get("annotations") or {}).get(REQUEST_ANNOTATION, ""))
    if not asked:
        return None
    answer = status.get("request") or {}
    is_answered = answer.get("value") == asked
    return {
        "action": asked.partition(" ")[0],
        "outcome": str(answer.get("outcome", "")) if is_answered else "",
        "message": str(answer.get("message", "")) if is_answered else "",
    }


def _verdict(one: Mapping[str, Any]) -> View:
    """Return what is known of a gate; counts that an older agent did not write are none."""
    counted = {
        lane: {key: int((one.get(lane) or {}).get(key, 0)) for key in ("bad", "of")}
        for lane in ("new", "stable")
    }
    words = {key: str(one.get(key, "")) for key in ("hop", "gate", "outcome")}
    return {**words, **counted, "said": str(one.get("message", "")), "rates": []}


def _seconds(time: object) -> float | None:
    try:
        return datetime.fromisoformat(str(time)).timestamp()
    except ValueError:
        return None
