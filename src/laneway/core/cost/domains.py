"""By which domains a virtual host of a sidecar is found, each domain once in a table.

Comes in: hosts in the order in which a table takes them. Goes out: the domains of each that no
earlier one has; without any it is left out. A Service is found by every shorter spelling of its
name that a program of the proxy's namespace may use, and by its address.
https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/httproute.go
"""

from __future__ import annotations

from laneway.core.mesh.mesh import MeshService
from laneway.core.mesh.names import CLUSTER_DOMAIN

ASSUMED_ADDRESS = "10.96.123.123"
"""As long as a Service's address is, where the input does not say it."""


class Domains:
    """The domains of one table while it is made."""

    def __init__(self, namespace: str) -> None:
        """Begin a table of a proxy of a namespace."""
        self.namespace = namespace
        self.taken: set[str] = set()

    def of(self, host: str, service: MeshService | None) -> tuple[str, ...]:
        """Return the domains of a host that are not taken, and take them."""
        wanted = [host] if service is None else spellings_at(service, self.namespace)
        free = tuple(one for one in wanted if one.lower() not in self.taken)
        self.taken.update(one.lower() for one in free)
        return free


def spellings_at(service: MeshService, namespace: str) -> list[str]:
    """Return the domains of a service for proxies of a namespace.

    >>> from laneway.core.mesh.names import service_host
    >>> from laneway.core.resources.kubernetes.workloads import Service
    >>> from laneway.core.resources.meta import Meta, Ref
    >>> cart = Service(Meta(Ref("Service", "shop", "cart")), cluster_ip="10.96.0.7")
    >>> cart = MeshService(service_host("cart", "shop"), cart, (), ())
    >>> spellings_at(cart, "web")[2:]
    ['cart.shop', 'cart.shop.svc', '10.96.0.7']
    """
    found = [str(service.host)]
    if service.service.meta.ref.kind != "Service" or not service.host.endswith(CLUSTER_DOMAIN):
        return found
    found.append(f"{service.host}.")
    if service.namespace == namespace:
        found.append(service.name)
    found += [f"{service.name}.{service.namespace}", f"{service.name}.{service.namespace}.svc"]
    if service.headless:
        return found + [f"*.{one}" for one in found]
    return [*found, service.service.cluster_ip or ASSUMED_ADDRESS]
