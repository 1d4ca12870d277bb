"""Labels of a namespace that switch sidecar injection.

Comes in: the labels it has, and whether pods are to get a sidecar. Goes out: labels that change,
None for those that go. `istio-injection` has the say over a revision, so that a namespace that is
switched off keeps its revision for when it is on again.
https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
"""

from __future__ import annotations

from collections.abc import Mapping

INJECTION, REVISION = "istio-injection", "istio.io/rev"


def switched(labels: Mapping[str, str], *, on: bool, revision: str = "") -> dict[str, str | None]:
    """Return the labels that change.

    >>> switched({"istio.io/rev": "1-31"}, on=False)
    {'istio-injection': 'disabled'}
    >>> switched({"istio.io/rev": "1-31", "istio-injection": "disabled"}, on=True)
    {'istio-injection': None}
    """
    wanted: dict[str, str | None]
    if not on:
        wanted = {INJECTION: "disabled"}
    elif revision:
        wanted = {INJECTION: None, REVISION: revision}
    elif REVISION in labels:
        wanted = {INJECTION: None}
    else:
        wanted = {INJECTION: "enabled"}
    return {key: value for key, value in wanted.items() if labels.get(key) != value}
