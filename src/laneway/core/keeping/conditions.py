"""Conditions as Kubernetes' tools read them: Ready, Reconciling, Stalled, and our Live.

Comes in: what is wrong with a group or lane, and what it says of itself so far. Goes out: its
conditions; a time in one changes only when its status does, so that a status that says the same is
the same.
https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.keeping.names import LIVE, READY, RECONCILING, STALLED
from laneway.core.live.liveness import Liveness

Condition = dict[str, str]
_LONGEST = 1024
"""Characters of a message; the rest is in `laneway check`."""


class Trouble(Struct, frozen=True):
    """What keeps a group from being as wanted: a reason of `names.py`, and words."""

    reason: str
    message: str


def standing(ready: Mapping[str, str], trouble: Trouble | None, changing: str) -> list[Condition]:
    """Return Ready, Reconciling and Stalled of something.

    `ready` is the condition by what was compiled; `changing` says what is under way, if anything.
    """
    if trouble is None and ready["reason"] == "Invalid":
        trouble = Trouble("Invalid", ready["message"])
    if trouble is not None:
        first = condition(READY, "False", trouble.reason, trouble.message)
    elif changing:
        first = condition(READY, "Unknown", "Changing", changing)
    else:
        first = condition(READY, ready["status"], ready["reason"], ready["message"])
    under_way = bool(changing) and trouble is None
    second = (
        condition(RECONCILING, "True", "Changing", changing)
        if under_way
        else condition(RECONCILING, "False", "Done")
    )
    third = (
        condition(STALLED, "True", trouble.reason, trouble.message)
        if trouble is not None
        else condition(STALLED, "False", "Nothing")
    )
    return [first, second, third]


_OF_LIVENESS = {"live": "True", "waiting": "False", "unknown": "Unknown"}


def of_proxies(live: Liveness) -> Condition:
    """Return what is known of the proxies."""
    return condition(LIVE, _OF_LIVENESS[live.state], live.reason, live.words)


def condition(kind: str, status: str, reason: str, message: str = "") -> Condition:
    """Return a condition without its time."""
    cut = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
    return {"type": kind, "status": status, "reason": reason, "message": cut}


NOT_KNOWN_YET = condition(LIVE, "Unknown", "Changing", "what is being written is not seen yet")
"""What is said of proxies that had all there was, while something else is written."""


def dated(
    conditions: Iterable[Condition], before: Iterable[Mapping[str, Any]], now: str
) -> list[Condition]:
    """Return conditions with the time since when each has its status."""
    known = {one.get("type"): one for one in before}
    found = []
    for one in conditions:
        old = known.get(one["type"], {})
        same = old.get("status") == one["status"] and old.get("lastTransitionTime")
        found.append(one | {"lastTransitionTime": str(old["lastTransitionTime"]) if same else now})
    return found
