"""The operator at work for meshes that come and go: a process of its own account.

Comes in: a control plane, and the layout to write. Goes out: a running operator that has the rights
the chart gives it in every namespace and no others. There are no proxies to wait for: who reads
what istiod sends joins afterwards, so the operator is told of no istiod and waits a moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import yaml
from msgspec import Struct

from laneway.core.emit.istio import Layout
from tests.cluster.chart import chart_objects
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, environment, kubeconfig_of
from tests.cluster.installed import INSTALLATION
from tests.cluster.lanes import asked
from tests.cluster.operated import NAME, kinds
from tests.cluster.rights import account_of
from tests.wire.laneway_up import COMMAND

RIGHTS = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
MOMENT = "0.05"


class Working(Struct, frozen=True):
    """A running operator, and the layout that it writes."""

    children: Children
    layout: Layout

    def last_words(self) -> str:
        """Return what it said last, and how it ended if it did."""
        ended = self.children.ended()
        return f"{ended or 'running'}: {self.children.last_words(NAME)}"


@contextmanager
def working(plane: ControlPlane, layout: Layout = "istio") -> Iterator[Working]:
    """Have an operator at work for the length of a block; its end in good order is asserted."""
    granted = [one for one in chart_objects("namespaces=all") if one["kind"] in RIGHTS]
    text = yaml.safe_dump_all(granted)
    with kinds(plane):
        asked(plane, "apply", "-f", "-", told=text)
        account = plane.folder / f"operator-{layout}.json"
        account.write_text(json.dumps(kubeconfig_of(account_of(plane))))
        children = Children(plane.folder / "logs")
        words = ("operator", f"--kubeconfig={account}", f"--installation={INSTALLATION}")
        moments = (f"--drain={MOMENT}", f"--wait={MOMENT}", f"--layout={layout}")
        process = children.start(NAME, (*COMMAND, *words, *moments), environment(plane.folder))
        try:
            yield Working(children, layout)
            process.terminate()
            assert process.wait(30) == 0, children.last_words(NAME)
        finally:
            children.kill()
            asked(plane, "delete", "--wait=false", "-f", "-", told=text)
