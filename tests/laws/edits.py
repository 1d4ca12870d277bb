"""Random edits of a mesh: what somebody may change between two compilations.

Comes in: the objects of a mesh. Goes out: the objects after one edit, as new values; the old ones
are never touched.
"""

from __future__ import annotations

import copy

from hypothesis import strategies as st

from tests.laws.objects import Object


@st.composite
def edited(draw: st.DrawFn, mesh: list[Object]) -> list[Object]:
    """Draw a mesh that differs from another by one edit."""
    found = copy.deepcopy(mesh)
    at = draw(st.integers(0, len(found) - 1))
    edit = draw(st.sampled_from((_remove, _relabel, _scale, _weigh, _switch, _date, _select)))
    edit(found, at)
    return found


def _remove(found: list[Object], at: int) -> None:
    del found[at]


def _relabel(found: list[Object], at: int) -> None:
    for item in found[at:] + found[:at]:
        if item["kind"] == "Deployment":
            item["spec"]["template"]["metadata"]["labels"]["version"] = "v9"
            return


def _scale(found: list[Object], at: int) -> None:
    for item in found[at:] + found[:at]:
        if item["kind"] == "Deployment":
            item["spec"]["replicas"] = 0 if item["spec"]["replicas"] else 1
            return


def _weigh(found: list[Object], at: int) -> None:
    for item in found[at:] + found[:at]:
        if "ingressWeight" in item["spec"] if "spec" in item else False:
            item["spec"]["ingressWeight"]["weight"] = 17
            return


def _switch(found: list[Object], at: int) -> None:
    for item in found[at:] + found[:at]:
        for rule in item.get("spec", {}).get("ingressRules", []):
            rule["online"] = not rule.get("online", False)
            return


def _date(found: list[Object], at: int) -> None:
    found[at]["metadata"]["creationTimestamp"] = "2025-12-31T00:00:00Z"


def _select(found: list[Object], at: int) -> None:
    for item in found[at:] + found[:at]:
        if item["kind"] == "ASMSwimLane":
            item["spec"]["labelSelector"] = {"version": "v9"}
            return
