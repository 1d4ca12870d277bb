"""What a metrics server is asked for a figure.

Comes in: a gate, and the workloads of the new lane. Goes out: PromQL. Use of CPU and memory is that
of containers as the kubelet tells it, each pod by itself; CPU over two minutes, since a moment says
little. https://kubernetes.io/docs/reference/instrumentation/metrics/
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from laneway.core.resources.meta import Ref
from laneway.core.resources.releases.plan import FigureGate


def query_of(gate: FigureGate, workloads: Iterable[Ref]) -> str:
    """Return the query of a gate.

    >>> found = query_of(FigureGate("cpu", resource="cpu"), [Ref("Deployment", "shop", "web")])
    >>> found[found.index("{"):]
    '{container!="", namespace=~"shop", pod=~"(web)-.*"}[2m]))'
    """
    if not gate.resource:
        return gate.query
    refs = sorted(set(workloads), key=str)
    names = "|".join(re.escape(ref.name) for ref in refs).replace("\\", "\\\\")
    spaces = "|".join(sorted({ref.namespace for ref in refs}))
    pods = f'{{container!="", namespace=~"{spaces}", pod=~"({names})-.*"}}'
    if gate.resource == "cpu":
        return f"sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{pods}[2m]))"
    return f"sum by (namespace, pod) (container_memory_working_set_bytes{pods})"
