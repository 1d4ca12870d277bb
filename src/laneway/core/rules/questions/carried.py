"""What the pods of services carry instead of the labels somebody looks for, in words.

Comes in: workloads and a selector. Goes out: the values they have for the selector's keys, or that
pods with the right labels exist and are not there to answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from laneway.core.mesh.members import is_present, meets
from laneway.core.resources.matching import Labels
from laneway.core.resources.workloads import Workload
from laneway.core.rules.questions.members import part_of, pod_name
from laneway.core.rules.questions.words import labels_text, listing


def carried_text(pods: Sequence[Workload], selector: Labels) -> str:
    """Say why no pod meets a selector: absent ones by name, else what the pods carry."""
    idle = [pod for pod in pods if meets(selector, pod.labels) and not is_present(pod)]
    if idle:
        names = listing([pod_name(pod) for pod in idle], limit=2)
        return f"{names} would be, with no ready replica"
    found = values_of(pods, [key for key, _ in selector])
    return f"its pods carry {found}" if found else "no pod has such a label"


def values_of(pods: Iterable[Workload], keys: Sequence[str]) -> str:
    """Say which labels of these keys the pods carry, each once."""
    parts = (part_of(pod.labels, keys) for pod in pods)
    return listing(dict.fromkeys(labels_text(part) for part in parts if part))
