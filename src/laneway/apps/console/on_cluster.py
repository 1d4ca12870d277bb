"""A console of one user on a cluster: it asks as that user, by their kubeconfig.

Comes in: the way in, namespaces to stay in. Goes out: an exit code. Tokens, certificates and
plugins are those of the kubeconfig, and nothing of them is kept or shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from laneway.adapters.kube import Access, Client
from laneway.adapters.metrics import MetricsServer
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.console.editing.cluster import MANAGER
from laneway.apps.console.editing.delivery import WRITTEN, EditDelivery
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.apps.console.run import ConsoleOptions, run
from laneway.apps.console.seams import About

BOUND = 4.0
"""Seconds for which a server that does not answer is asked again: a person is waiting."""


def about_cluster(way: Access) -> About:
    """Return what a console of this way in stands on."""
    return About("cluster", way.origin or way.authority)


def run_on_cluster(
    way: Access,
    namespaces: Sequence[str],
    options: ConsoleOptions,
    metrics: MetricsServer | None = None,
    delivery: EditDelivery = WRITTEN,
) -> int:
    """Serve until told to end. Raises KubeError where the cluster cannot be asked."""
    following = SeenByUser(Client(way, bound=BOUND, manager=MANAGER), namespaces)
    name = about_cluster(way).name
    return run(UserClusterGround(name, following, metrics, delivery=delivery), options)
