"""LW1608: a service in a lane group whose selector no pod carries.

It speaks only where the pods of the namespace are known: another folder may hold those of this one.
The fix names labels that were meant, where some pod has nearly those; pods that no other Service
selects are the likelier ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from laneway.core.findings.codes.services import SELECTOR_MEETS_NO_POD
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.yaml.nearness import likeness
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.words import labels_text, short_host

_LIKE = 0.7
"""From which likeness on a word may be a slip of another; 1 is the same word."""

_THE_SAME = 0.95
"""The same where pods have another Service: `mockb` is no slip of `mocka` while both are there."""

_SEEK = (
    "Compare spec.selector with the labels in the pod templates (kubectl get pods --show-labels), "
    "or add the workload to the input."
)


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find selectors that nobody wears, with the label that was meant."""
    for host in mesh.owner_of:
        found = mesh.services[host]
        if found.without_pods and found.ports:
            service = found.service
            words = {
                "service": short_host(host),
                "selector": labels_text(service.selector),
                "namespace": found.namespace,
                "fix": _nearly_selected(mesh, found) or _SEEK,
            }
            place = service.meta.place("spec", "selector")
            yield finding(SELECTOR_MEETS_NO_POD, place, str(service.meta.ref), **words)


def _nearly_selected(mesh: Mesh, service: MeshService) -> str:
    """Advise what to write instead of a selector that no pod meets; empty without a near one."""
    taken = {id(pod) for known in mesh.services.values() for pod in known.workloads}
    best: tuple[tuple[bool, float], Labels, Workload] | None = None
    for pod in mesh.workloads:
        meant = _meant(service.service.selector, pod) if pod.namespace == service.namespace else ()
        nearness = _nearness(service.service.selector, meant) if meant else 0.0
        rank = (id(pod) not in taken, nearness)
        if nearness > (_LIKE if rank[0] else _THE_SAME) and (best is None or rank > best[0]):
            best = rank, meant, pod
    if best is None:
        return ""
    _, meant, pod = best
    return f"Did you mean `{labels_text(meant)}`? {pod_name(pod)} carries it."


def _meant(selector: Labels, pod: Workload) -> Labels:
    """Return labels of a pod that are pair by pair the same or nearly those of a selector."""
    found = tuple(next(_near(pair, pod.labels), None) for pair in selector)
    return tuple(pair for pair in found if pair is not None) if None not in found else ()


def _near(pair: tuple[str, str], labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of some labels that one of a selector may stand for, the same one first."""
    key, value = pair
    if labels.get(key) == value:
        yield pair
    elif likeness(labels.get(key, ""), value) >= _LIKE:
        yield key, labels[key]
    same = ((likeness(other, key), other) for other, worn in labels.items() if worn == value)
    nearness, other = max(same, default=(0.0, ""))
    if nearness >= _LIKE:
        yield other, value


def _nearness(selector: Labels, meant: Labels) -> float:
    pairs = zip(selector, meant, strict=True)
    return sum(likeness(a[0], b[0]) * likeness(a[1], b[1]) for a, b in pairs) / len(selector)


CHECK = Check.of_mesh(SELECTOR_MEETS_NO_POD, check)
