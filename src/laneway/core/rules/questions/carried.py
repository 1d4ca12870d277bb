"""What the pods of services carry instead of the labels somebody looks for, in words.

Comes in: workloads and a selector. Goes out: the values they have for the selector's keys, or that
pods with the right labels exist and are not there to answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from laneway.core.mesh.members import is_present, meets
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.rules.questions.members import part_of, pod_name
from laneway.core.rules.questions.words import labels_text, listing


class Carried:
    """The labels of some pods, asked for again and again with the same keys."""

    def __init__(self, pods: Iterable[Workload]) -> None:
        """Take the pods; those that cannot answer are looked at apart."""
        self._pods = tuple(pods)
        self._idle = [pod for pod in self._pods if not is_present(pod)]
        self._values: dict[tuple[str, ...], str] = {}

    def instead_of(self, selector: Labels) -> str:
        """Say why no pod meets a selector: absent ones by name, else what the pods carry."""
        idle = [pod for pod in self._idle if meets(selector, pod.labels)]
        if idle:
            names = listing([pod_name(pod) for pod in idle], limit=2)
            return f"{names} would be, with no ready replica"
        keys = tuple(key for key, _ in selector)
        if keys not in self._values:
            self._values[keys] = values_of(self._pods, keys)
        found = self._values[keys]
        return f"its pods carry {found}" if found else "no pod has such a label"


def carried_text(pods: Iterable[Workload], selector: Labels) -> str:
    """Say once why no pod meets a selector."""
    return Carried(pods).instead_of(selector)


def values_of(pods: Iterable[Workload], keys: Sequence[str]) -> str:
    """Say which labels of these keys the pods carry, each once."""
    parts = dict.fromkeys(part_of(pod.labels, keys) for pod in pods)
    return listing(labels_text(part) for part in parts if part)
