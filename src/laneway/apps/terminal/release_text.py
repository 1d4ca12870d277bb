"""A release as people read it: its stages, and what is known at each hop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from laneway.apps.terminal.tables import WIDTH, duration, table
from laneway.core.views.release import sparkline

_FRESH = 60.0
"""Seconds in which a runner has looked again, however slow those are whom it asks."""


_BARS = 12
"""How many of the last looks are drawn: more would leave no room for words."""


def release_text(
    view: Mapping[str, Any], now: float | None = None, width: int = WIDTH
) -> list[str]:
    """Return the lines of where a release stands, from its plain data.

    With the time, in seconds since 1970, they say whether somebody carries it on.
    """
    lines = [f"release {view['release']}: {_phase(view)}", ""]
    lines += table(("STAGE", "WEIGHTS", "AT LEAST", "STATE"), list(_stages(view)), width)
    judged = view.get("judged")
    if judged and judged["verdicts"]:
        head = ("HOP", "GATE", "KNOWN", view["lane"].upper())
        lines += ["", *table(head, list(_known(judged)), width)]
    if judged and judged["said"] and view["phase"] in ("running", "paused"):
        lines += ["", judged["said"]]
    if now is not None and view["phase"] == "running":
        lines += _unattended(judged, now)
    return lines


def _unattended(judged: Mapping[str, Any] | None, now: float) -> list[str]:
    """Say where no runner of this work tree is at it."""
    if judged is None:
        return ["", "No runner of this work tree has looked at this stage."]
    since = now - judged["at"]
    return ["", f"That was {duration(since)} ago; no runner looks now."] if since > _FRESH else []


def _phase(view: Mapping[str, Any]) -> str:
    phase = str(view["phase"])
    if "stage" not in view:
        return phase
    attempt = f", attempt {view['attempt']}" if view["attempt"] > 1 else ""
    return f"{phase}, stage {view['stage']} of {len(view['stages'])}{attempt}"


def _stages(view: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    at = view.get("stage", 0)
    for number, stage in enumerate(view["stages"], 1):
        weights = ", ".join(f"{lane} {weight} %" for lane, weight in stage["weights"].items())
        state = "done" if number < at or (number == at and view["phase"] == "done") else ""
        state = str(view["phase"]) if number == at and not state else state
        yield str(number), weights, f"{stage['duration']:g} s", state


def _known(judged: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for one in judged["verdicts"]:
        stable = one["stable"]
        top = max([*one["rates"], stable["bad"] / stable["of"] if stable["of"] else 0.0, 0.01])
        yield one["hop"], one["gate"], one["said"], sparkline(one["rates"][-_BARS:], top)
