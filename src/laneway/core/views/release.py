"""A release as plain data: where it stands, what is known of each gate, and what is done next.

Comes in: a plan, a standing, verdicts. Goes out: mappings that print as YAML or JSON, for `laneway
release status`; who watches a release from elsewhere reads the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from laneway.core.release.judgments import Verdict
from laneway.core.release.standing import ReleaseStanding
from laneway.core.resources.releases.plan import Plan

_BARS = "▁▂▃▄▅▆▇█"


def release_view(
    plan: Plan, standing: ReleaseStanding | None, judged: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return where a release stands; `judged` is what its runner noted last, if that is of it."""
    view: dict[str, Any] = {
        "release": plan.name,
        "lane": plan.lane,
        "stable": plan.stable,
        "stages": [
            {"weights": dict(one.weights), "duration": one.duration, "limit": one.limit}
            for one in plan.stages
        ],
        "gates": [one.name for one in plan.gates],
        "phase": standing.phase if standing else "not begun",
    }
    if standing is not None:
        view["stage"] = standing.stage
        view["attempt"] = standing.attempt
        view["since"] = standing.since
        view["runner"] = standing.runner
    if standing is not None and judged is not None and _is_of(judged, standing):
        view["judged"] = dict(judged)
    return view


def judged_view(
    standing: ReleaseStanding,
    at: float,
    said: str,
    verdicts: Sequence[Verdict],
    rates: Mapping[tuple[str, str], Sequence[float]],
) -> dict[str, Any]:
    """Return what a runner knows at a moment. `rates` are shares of bad answers, look by look."""
    return {
        "stage": standing.stage,
        "attempt": standing.attempt,
        "at": int(at),
        "said": said,
        "verdicts": [
            {
                "hop": one.hop,
                "gate": one.gate,
                "outcome": one.outcome,
                "new": {"bad": one.new.bad, "of": one.new.of},
                "stable": {"bad": one.stable.bad, "of": one.stable.of},
                "said": one.said,
                "rates": [round(rate, 5) for rate in rates.get((one.hop, one.gate), ())],
            }
            for one in verdicts
        ],
    }


def sparkline(rates: Sequence[float], top: float) -> str:
    """Draw shares as bars, the highest being `top`.

    >>> sparkline([0.0, 0.05, 0.1], 0.1)
    '▁▄█'
    """
    scale = (len(_BARS) - 1) / top if top else 0.0
    return "".join(_BARS[min(len(_BARS) - 1, int(rate * scale))] for rate in rates)


def _is_of(judged: Mapping[str, Any], standing: ReleaseStanding) -> bool:
    return (judged.get("stage"), judged.get("attempt")) == (standing.stage, standing.attempt)
