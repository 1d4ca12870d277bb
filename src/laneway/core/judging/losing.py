"""Programs that do not pass the lane on, as findings.

Comes in: what was counted, as passages. Goes out: an error for pods that answer for other lanes,
and a note for those whose own label says the same. A pod is blamed for the lanes it was asked in,
never for those that were lost before.
"""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.findings.codes import verifying
from laneway.core.findings.finding import Code, Finding, unplaced
from laneway.core.judging.passages import Passage
from laneway.core.judging.tally import Noticed, Tallied
from laneway.core.judging.wording import number
from laneway.core.mesh.images import MOCK_IMAGES, meets
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Container
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.passing import carrier_text
from laneway.core.rules.questions.words import counted, listing, short_host


def code_of(passage: Passage, needy: frozenset[Ref]) -> Code | None:
    """Return what a passage comes to: nothing where every call carried a lane."""
    if not passage.lost:
        return None
    if needy.isdisjoint(passage.callers):
        return verifying.LANE_FORGOTTEN
    return verifying.LANE_LOST


def loss(mesh: Mesh, passage: Passage, code: Code, shown: str, saw: str = "") -> Finding:
    """Return the finding on a passage that lost lanes; `shown` is a sentence on what shows it.

    `saw` says what the callers sent on instead, as far as that was seen.
    """
    group = mesh.group(passage.group)
    propagation = group.propagation if group else None
    header = carrier_text(propagation) if propagation else ""
    words = {
        "services": callers_text(passage),
        "lost": passage.lost,
        "calls": number(passage.lost + passage.kept, "call"),
        "target": short_host(passage.host),
        "lanes": counted("lane", passage.gone_on),
        "header": header,
        "mock": _mock_text(mesh, passage, header),
        "shown": shown,
        "saw": f"; {saw}" if saw else "",
    }
    return unplaced(code, str(passage.callers[0]), **words)


def _mock_text(mesh: Mesh, passage: Passage, header: str) -> str:
    """Say how the mock application passes a header on, where one that is not told to calls."""
    containers = [
        container
        for workload in mesh.workloads
        if workload.meta.ref in passage.callers
        for container in workload.containers
    ]
    if not any(_is_mock(one) and header not in _forwarded(one) for one in containers):
        return ""
    return (
        "The mock application passes on only what its variable forward_headers names: write "
        f"`{{name: forward_headers, value: {header}}}` into its container's env. "
    )


def _is_mock(container: Container) -> bool:
    return any(meets(container.image, pattern) for pattern in MOCK_IMAGES)


def _forwarded(container: Container) -> set[str]:
    written = dict(container.environment).get("forward_headers", "")
    return {name.strip().lower() for name in written.split(",")}


def callers_text(passage: Passage) -> str:
    """Name who called; where several may have, that it is one of them."""
    names = [f"{ref.namespace}/{ref.name}" for ref in passage.callers]
    return names[0] if len(names) == 1 else f"one of {listing(names)}"


def example_text(request: str) -> str:
    """Say that a request shows a loss."""
    return f"A request that shows it: {request}"


def shown_text(row: Tallied) -> str:
    """Say which request shows a loss, and whether others do not.

    The proxies of one request at a time saw it; of live traffic no example is known.
    """
    if not row.losing:
        return example_text(row.example)
    forms = listing([f"requests {form}" for form in row.losing])
    return f"Only {forms} lose it. {example_text(row.example)}"


def saw_text(passage: Passage, sightings: Iterable[Noticed]) -> str:
    """Say what was odd in what was sent on, by whom; at most three things of three callers.

    What a manifest has that makes its program lose the lane stands behind.
    """
    found: dict[Ref, list[Noticed]] = {}
    for one in sightings:
        found.setdefault(one.caller, []).append(one)
    told = []
    for ref, odd in found.items():
        who = "it" if len(passage.callers) == 1 else ref.name
        why = next((f" (its manifest: {one.manifest})" for one in odd if one.manifest), "")
        told.append(f"{who} {listing([one.saw.words for one in odd][:3])}{why}")
    more = [f"{len(told) - 3} more of them are like that"] if len(told) > 3 else []
    return "; ".join([*told[:3], *more])
