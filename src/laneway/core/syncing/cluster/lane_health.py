"""How well a lane or a group is, from what `laneway operator` writes into its status.

Comes in: the object as the API server has it, and the time before which nothing is expected any
more. Goes out: a health, or None where nobody knows, or where what it leads to is not there yet.
These are the rules of `contrib/argocd`, for whoever follows a repository by Argo CD has to be told
the same; a test holds both equal, on objects of every form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.rules.all import CHECKS
from laneway.core.syncing.states import Wellness

PATIENCE = 600
"""Seconds after which nothing is expected any more, as many as a Deployment has."""
_NOT_THERE = {one.code.id for one in CHECKS if one.missing and one.code.level == "error"}
"""Errors about what is not there: it may be of a later wave, so nobody waits for it."""
_PASSING = {"ProxiesBehind", "Unavailable"}
"""What stands in the way and goes by itself."""

Fields = Mapping[Any, Any]


class _LaneTold(Struct, frozen=True):
    """What a status says. Nothing is taken for granted of any field: others may have written it."""

    status: Fields
    metadata: Fields
    conditions: Mapping[str, Fields]
    long_ago: str

    @property
    def mistake(self) -> str:
        """The first error about something that is there: a group has findings, a lane messages."""
        for found in ("findings", "validationMessage"):
            for one in map(_fields, _fields(self.status.get(found)).values()):
                code = _words(one.get("code"))
                if one.get("level") == "error" and code not in _NOT_THERE:
                    return f"{code} {_words(one.get('message'))}"
        return ""

    @property
    def starting(self) -> str:
        """Services whose pods are there and not ready; what has no pod is waited for by nobody."""
        found: Iterator[Fields] = map(_fields, _fields(self.status.get("services")).values())
        return "".join(
            f" {_words(one.get('service'))}"
            for one in found
            if _number(one.get("total")) > 0 and _number(one.get("ready")) == 0
        )

    def condition(self, kind: str) -> Fields:
        """Return a condition; one that is not there says nothing."""
        return self.conditions.get(kind, {})

    def is_long_ago(self, time: object) -> bool:
        """Whether a time of the API server is past all patience."""
        return "" < _words(time) < self.long_ago


def lane_health(body: Fields, long_ago: str) -> Wellness | None:
    """Return how well a lane or group is; `long_ago` is a time in UTC as the API server writes it.

    >>> lane_health({"status": {}}, "2026-01-01T00:00:00Z")
    Wellness(health='Progressing', message='no operator has said anything of it yet')
    """
    status = _fields(body.get("status"))
    found = map(_fields, _fields(status.get("conditions")).values())
    conditions = {_words(one.get("type")): one for one in found}
    told = _LaneTold(status, _fields(body.get("metadata")), conditions, long_ago)
    if not conditions:
        return _without_conditions(told)
    if _number(status.get("observedGeneration")) < _number(told.metadata.get("generation")):
        return Wellness("Progressing", "the operator has not looked at the last edit yet")
    trouble = told.condition("Stalled")
    is_stalled = trouble.get("status") == "True"
    if not is_stalled:
        trouble = told.condition("Ready")
    stands = is_stalled or (
        trouble.get("status") == "False" and _words(trouble.get("reason")) != "Empty"
    )
    return _standing(told, trouble) if stands else _going(told)


def _without_conditions(told: _LaneTold) -> Wellness | None:
    error = _words(told.status.get("error"))
    if told.mistake or error:
        return Wellness("Degraded", told.mistake or error)
    if told.status or told.is_long_ago(told.metadata.get("creationTimestamp")):
        return None
    return Wellness("Progressing", "no operator has said anything of it yet")


def _standing(told: _LaneTold, trouble: Fields) -> Wellness | None:
    """Return the health of what something stands in the way of."""
    why = _words(trouble.get("reason"))
    words = f"{why}: {_words(trouble.get('message'))}"
    if why in _PASSING:
        return Wellness("Progressing", words)
    may_come = why in ("Invalid", "Frozen") and not told.mistake
    if not may_come or told.is_long_ago(told.condition("Ready").get("lastTransitionTime")):
        return Wellness("Degraded", words)
    return _pods_starting(told)


def _pods_starting(told: _LaneTold) -> Wellness | None:
    return Wellness("Progressing", f"no pod is ready of{told.starting}") if told.starting else None


def _going(told: _LaneTold) -> Wellness | None:
    """Return the health of what nothing stands in the way of."""
    ready, live = told.condition("Ready"), told.condition("Live")
    if waiting := _pods_starting(told):
        return waiting
    if told.condition("Reconciling").get("status") == "True" or ready.get("status") == "Unknown":
        return Wellness("Progressing", "a change is being written and confirmed")
    pods = _fields(told.status.get("pods"))
    total = pods.get("total")
    if ready.get("status") != "True" or (total is not None and _number(total) == 0):
        return None
    words = _words(live.get("message"))
    if live.get("status") == "True":
        counts = f"{_number(pods.get('ready')):g} of {_number(total):g} pods are ready"
        return Wellness("Healthy", words if total is None else counts)
    if live.get("status") == "False" or live.get("reason") == "Changing":
        return Wellness("Progressing", f"not all proxies have it: {words}")
    if live.get("status") is None and not told.is_long_ago(ready.get("lastTransitionTime")):
        return Wellness("Progressing", "nobody has looked at the proxies yet")
    return None


def _fields(value: object) -> Fields:
    """Return what a value holds, by name or by place; what is null is not there."""
    if isinstance(value, Mapping):
        return {key: one for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return {place: one for place, one in enumerate(value) if one is not None}
    return {}


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    if isinstance(value, str) and value.isdecimal():
        return float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
