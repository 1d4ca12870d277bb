"""One mesh in every layout, and who says what its requests meet there.

Comes in: a drawn mesh with requests, and the oracle. Goes out: how many decisions were alike, and
what differs. Of each layout and form Istio's own translation and a walk over the objects, read back
by somebody who knows of no lanes, have to say what the plan says. Layout asm stands where the
vendor puts it, in the root namespace: there rules, Sidecars and exportTo of users win over it, as
its findings say, so in a mesh with any of them only Istio and the objects are held together. And as
the vendor's it leaves a lane header alone that a client sends twice, so such requests are left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from laneway.apps.terminal.layouts import Laying
from laneway.core.compile import Compilation
from laneway.core.mesh.visibility import EXPORT_TO
from laneway.core.proof.judged import Judged, judged
from tests.agree.by_istio import by_istio
from tests.agree.cluster import Cluster, cluster_of
from tests.agree.comparing import through_the_filter
from tests.agree.decisions import Outcome, by_walk, errors_alike
from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.cluster.holding import holds, not_admitted
from tests.cluster.writer import path_of
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object
from tests.laws.taste import EVERYTHING, PERMISSIVE, SOUND, TIDY

LAYINGS = (
    Laying("istio"),
    Laying("asm"),
    Laying("scoped", "auto"),
    Laying("scoped", "wildcard"),
    Laying("scoped", "exact"),
)
TASTES = (replace(EVERYTHING, permissive=4), SOUND, replace(TIDY, permissive=4), PERMISSIVE)
"""What meshes may hold, by turns; layout scoped is about strict groups, so most of them are."""
HIDING = ("DestinationRule", "Sidecar")
"""Kinds of users' objects that may hide what stands in the root namespace."""


class Apart(Struct, frozen=True):
    """A request that is decided otherwise in a layout, or with none what is refused of it."""

    laying: Laying
    ask: Ask | None
    words: str


class Said(Struct, frozen=True):
    """What is made of one set of objects: by the walk over them and by Istio's translation."""

    refused: tuple[str, ...]
    outcomes: tuple[list[Outcome | None], list[Outcome | None]]


class Tally(Struct):
    """How many of what were compared, by layout and form."""

    meshes: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    translated: int = 0
    """Sets of objects that Istio translated: forms that print the same are one."""
    scoped: int = 0
    """Hosts that were written in layout scoped, over all meshes and forms."""

    def __str__(self) -> str:
        """Say it in one line."""
        total = sum(self.decisions.values())
        said = ", ".join(f"{count} {name}" for name, count in self.decisions.items())
        return (
            f"{self.meshes} meshes, {total} decisions alike ({said}) on {self.translated} sets of "
            f"objects; {self.scoped} hosts scoped"
        )


def name_of(laying: Laying) -> str:
    """Return the words for a layout and its form."""
    return f"scoped {laying.form}" if laying.layout == "scoped" else laying.layout


def spelled(laying: Laying, compilation: Compilation) -> list[Object]:
    """Return the objects of a layout as plain ones."""
    return [json.loads(json.dumps(one.body)) for one in laying.objects(compilation)]


def promises(laying: Laying, mesh: Iterable[Object]) -> bool:
    """Whether a layout has to choose as the plan does in a mesh."""
    return laying.layout != "asm" or not any(
        one["kind"] in HIDING
        or "exportTo" in one.get("spec", {})
        or EXPORT_TO in one["metadata"].get("annotations", {})
        for one in mesh
    )


def compare(case: Drawn, oracle: Oracle, tally: Tally) -> Iterator[Apart]:
    """Yield what differs of a mesh, in every layout and form."""
    refused = not_admitted(case.mesh, oracle)
    mesh = [one for one in case.mesh if not refused or path_of(one) not in refused]
    compilation = compile_mesh(mesh)
    tally.meshes += 1
    asks = [through_the_filter(compilation, ask) for ask in case.asks]
    planned = [errors_alike(by_walk(compilation, ask)) for ask in asks]
    known: dict[str, Said] = {}
    for laying in LAYINGS:
        if scoped := laying.scoped(compilation):
            tally.scoped += sum(map(scoped.is_scoped, compilation.plan.lane_subsets))
        ours = spelled(laying, compilation)
        text = json.dumps(ours)
        if text not in known:
            tally.translated += 1
            known[text] = said_of(mesh, cluster_of(mesh, compilation, 0, ours), oracle, asks)
        said, held = known[text], promises(laying, mesh)
        yield from (Apart(laying, None, f"Istio refuses {verdict}") for verdict in said.refused)
        for ask, plan, objects, theirs in zip(asks, planned, *said.outcomes, strict=True):
            if theirs is None:
                continue
            if theirs == objects and (objects == plan or not (held and promised(laying, ask))):
                tally.decisions[name_of(laying)] += 1
            else:
                yield Apart(laying, ask, f"plan {plan}, objects {objects}, Istio {theirs}")


def promised(laying: Laying, ask: Ask) -> bool:
    """Whether a layout has to treat a request as the plan does."""
    names = [name.lower() for name, _ in ask.headers]
    return laying.layout != "asm" or len(names) == len({*names})


def said_of(mesh: Sequence[Object], cluster: Cluster, oracle: Oracle, asks: Sequence[Ask]) -> Said:
    """Return what Istio's translation and the objects read back say of requests."""
    told = oracle.translate(cluster.kubernetes, cluster.istio, cluster.proxies)
    again = read_back(mesh, cluster)
    by_objects: list[Outcome | None] = []
    theirs: list[Outcome | None] = []
    for ask in asks:
        found = by_istio(cluster, told, ask) if holds(cluster, ask) else None
        theirs.append(errors_alike(found) if found is not None else None)
        by_objects.append(errors_alike(by_walk(again, ask)) if found is not None else None)
    return Said(tuple(map(str, told.refused)), (by_objects, theirs))


def read_back(mesh: Sequence[Object], cluster: Cluster) -> Judged:
    """Return what the objects of a cluster say by themselves, whatever lanes there are."""
    kinds = {one["kind"] for one in cluster.routing}
    others = [one for one in mesh if one["kind"] not in kinds]
    return judged(compile_mesh([*others, *cluster.routing]).mesh, "objects")
