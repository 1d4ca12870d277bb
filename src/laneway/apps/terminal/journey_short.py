"""The chains of pods a request may pass, each with its share: what a journey comes to in short.

Comes in: a view of a journey. Goes out: chains and shares. Pods that go on alike are one link,
`a|b`; where they go on differently each has a chain of its own, with its part of the requests by
the number of its pods. Where something else chooses the pod, that part is not known, and the share
is the most it can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

View = dict[str, Any]


class Chain(Struct, frozen=True):
    """Pods in the order in which a request passes them, and its share in percent.

    `unknown` says why the share is only the most it can be; nothing where it is exact.
    """

    share: float
    text: str
    unknown: str = ""

    def then(self, other: Chain) -> Chain:
        """Return this chain with another one behind it."""
        share = self.share * other.share / 100
        return Chain(share, f"{self.text} > {other.text}", self.unknown or other.unknown)


def chains(view: View) -> list[Chain]:
    """Return the chains of a journey, equal ones as one."""
    found: dict[tuple[str, str], Chain] = {}
    for one in _chains(view):
        key = (one.text, one.unknown)
        before = found.get(key)
        found[key] = replace(one, share=min(before.share + one.share, 100)) if before else one
    return list(found.values())


def but_for(view: View) -> str:
    """Say what the chains leave out: what routes do on purpose, and who may refuse."""
    steps = list(_steps(view))
    refused = [*steps, *(answer for step in steps for answer in step["answers"])]
    left_out = {
        "the faults": any("fault" in (step.get("by") or {}).get("with", {}) for step in steps),
        "the refusals": any("refusedBy" in one for one in refused),
    }
    words = [name for name, there in left_out.items() if there]
    return f", without {' and '.join(words)}" if words else ""


def _steps(view: View) -> Iterator[View]:
    yield view
    for answer in view["answers"]:
        for call in answer.get("calls", ()):
            yield from _steps(call)


def _chains(view: View) -> Iterator[Chain]:
    if not view["answers"]:
        yield Chain(100, str(view.get("status", "passed on")))
    for answer in view["answers"]:
        percent = float(answer["percent"])
        if not answer["pods"]:
            yield Chain(percent, str(answer.get("status")))
        for first, behind in _links(answer, percent):
            yield from (first.then(one) for one in behind) if behind else (first,)


def _links(answer: View, percent: float) -> Iterator[tuple[Chain, Sequence[Chain]]]:
    """Yield the pods of an answer with what is behind them; those with the same together."""
    alike: dict[tuple[Chain, ...], list[View]] = {}
    for pod in answer["pods"]:
        alike.setdefault(tuple(_behind(answer, pod)), []).append(pod)
    total = sum(pod["replicas"] for pod in answer["pods"])
    for behind, pods in alike.items():
        text = "|".join(pod["name"] for pod in pods)
        unknown = str(answer.get("chosen", "")) if len(alike) > 1 else ""
        part = 1.0
        if len(alike) > 1 and not unknown:
            part = sum(pod["replicas"] for pod in pods) / total if total else 1.0
            unknown = "" if total else "how many pods are ready is not known"
        yield Chain(percent * part, text, unknown), behind


def _behind(answer: View, pod: View) -> list[Chain]:
    """Return the chains behind a pod: those of its calls that are known, one service after another.

    A service that is called twice is told once.
    """
    found: list[Chain] = []
    told = set()
    for call in answer.get("calls", ()):
        if call["caller"] == pod["name"] and not call.get("assumed") and call["host"] not in told:
            told.add(call["host"])
            onward = chains(call)
            found = [one.then(after) for one in found for after in onward] if found else onward
    return found
