"""Programs that do not pass the lane on, as findings.

Comes in: what was counted, as passages. Goes out: an error for pods that answer for other lanes,
and a note for those whose own label says the same. A pod is blamed for the lanes it was asked in,
never for those that were lost before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from laneway.apps.local.verify.passages import Passage, needy
from laneway.apps.local.verify.trail import Ground
from laneway.apps.local.verify.wording import number
from laneway.core.findings.codes import verifying
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.passing import carrier_text
from laneway.core.rules.questions.words import counted, listing, short_host


def losses(ground: Ground, seen: Iterable[Passage], example: str) -> Iterator[Finding]:
    """Yield who lost lanes; `example` is a request that shows it."""
    needing = needy(ground)
    for passage in seen:
        if passage.lost:
            harmful = not needing.isdisjoint(passage.callers)
            code = verifying.LANE_LOST if harmful else verifying.LANE_FORGOTTEN
            yield _finding(ground.mesh, code, passage, example)


def _finding(mesh: Mesh, code: Code, passage: Passage, example: str) -> Finding:
    group = mesh.group(passage.group)
    propagation = group.propagation if group else None
    verbs = ("loses", "lose") if code is verifying.LANE_LOST else ("does", "do")
    words = {
        "services": callers_text(passage),
        "verb": verbs[0] if len(passage.callers) == 1 else verbs[1],
        "lost": passage.lost,
        "calls": number(passage.lost + passage.kept, "call"),
        "target": short_host(passage.host),
        "lanes": counted("lane", passage.gone_on),
        "header": carrier_text(propagation) if propagation else "",
        "example": example,
    }
    return finding(code, None, str(passage.callers[0]), **words)


def callers_text(passage: Passage) -> str:
    """Name who called; where several may have, that it is one of them."""
    names = [f"{ref.namespace}/{ref.name}" for ref in passage.callers]
    return names[0] if len(names) == 1 else f"one of {listing(names)}"
