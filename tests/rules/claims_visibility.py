"""Claims on the rules about what callers see: Sidecars, and exportTo of lane services."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import Given, mesh, namespace, pods, routes, service

EXPORT = "networking.istio.io/exportTo"
PROBE = pods("probe", "v1").replace("namespace: default", "namespace: clients")
"""A caller outside of the group that wears the labels of a lane."""
PLAIN = PROBE.replace("version: v1", "version: none").replace("probe-v1", "plain")
CALLING = PLAIN.replace(
    "image: laneway/mock",
    "image: laneway/mock, env: [{name: upstream, value: 'http://b.default:80'}]",
)
EVERYWHERE = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: narrow, namespace: istio-system}
spec: {egress: [{hosts: ['./*', 'istio-system/*']}]}
"""


def shown(spaces: str, *more: str) -> Given:
    """Return the mesh with service b exported to some namespaces."""
    exported = service("b").replace(
        "namespace: default}", f"namespace: default, annotations: {{{EXPORT}: '{spaces}'}}}}"
    )
    return mesh(namespace("clients"), *more, b=exported)


def beside(rest: str) -> str:
    """Return a VirtualService of namespace clients for service b, with further fields."""
    http = "[{route: [{destination: {host: b.default.svc.cluster.local}}]}]"
    return routes("own", http, f"hosts: [b.default.svc.cluster.local]\n  {rest}", space="clients")


def sidecar(hosts: str) -> str:
    """Return the Sidecar of the namespace of the lanes."""
    return EVERYWHERE.replace("istio-system}", "default}").replace(
        "['./*', 'istio-system/*']", hosts
    )


def crossing(ports: str, hosts: str) -> Given:
    """Return a caller whose Sidecar has a listener for port 80, and a route to another port."""
    to = "{destination: {host: b.default.svc.cluster.local, port: {number: 81}}}"
    route = routes("own", f"[{{route: [{to}]}}]", "hosts: [b.default.svc.cluster.local]")
    first = "{port: {number: 80, protocol: HTTP, name: http}, hosts: ['default/*']}"
    narrow = f"""
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: narrow, namespace: clients}}
spec: {{egress: [{first}, {{hosts: {hosts}}}]}}
"""
    return mesh(route, narrow, namespace("clients"), PROBE, b=service("b", ports))


TWO_PORTS = "[{port: 80, name: http}, {port: 81, name: http-admin}]"


def wide(imports: str) -> Given:
    """Return a wildcard's routes in a namespace whose Sidecar imports some hosts."""
    http = "[{route: [{destination: {host: b.default.svc.cluster.local}}]}]"
    wild = routes("wide", http, "hosts: ['*.default.svc.cluster.local']", space="clients")
    narrow = EVERYWHERE.replace("istio-system}", "clients}").replace(
        "['./*', 'istio-system/*']", imports
    )
    own = service("own").replace("namespace: default}", "namespace: clients}")
    return mesh(wild, narrow, own, namespace("clients"), PROBE)


CLAIMS = [
    Claim(
        "where a Sidecar hides lane routes a wildcard that it imports decides",
        "LW1430",
        wide("['./*']"),
        [
            (
                "VirtualService clients/wide decides calls to default/a and default/b from "
                "clients/probe-v1: Sidecar clients/narrow hides the lane routes"
            )
        ],
        "VirtualService clients/wide",
        ("spec", "hosts"),
        wide("['./*', 'default/*']"),
    ),
    Claim(
        "a listener for one port imports that port alone, wherever its routes lead",
        "LW1336",
        crossing(TWO_PORTS, "['./*']"),
        [
            (
                "VirtualService default/own leads clients/probe-v1 to port 81 of default/b, which "
                "Sidecar clients/narrow does not import: 503"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0),
        crossing(TWO_PORTS, "['default/*']"),
    ),
    Claim(
        "a mesh-wide Sidecar with a dot imports for each pod its own namespace",
        "LW1410",
        mesh(EVERYWHERE, namespace("clients"), PROBE),
        [
            (
                "Sidecar istio-system/narrow hides default/a and default/b from clients/probe-v1, "
                "callers of group test"
            )
        ],
        "Sidecar istio-system/narrow",
        ("spec", "egress"),
        mesh(EVERYWHERE, namespace("clients"), PLAIN),
    ),
    Claim(
        "a Sidecar hides a service from who names it in a URL",
        "LW1410",
        mesh(EVERYWHERE, namespace("clients"), CALLING),
        ["Sidecar istio-system/narrow hides default/b from clients/plain, callers of group test"],
        "Sidecar istio-system/narrow",
        ("spec", "egress"),
        mesh(EVERYWHERE.replace("'./*'", "'default/*'"), namespace("clients"), CALLING),
    ),
    Claim(
        "a host behind a tilde is left out of what a Sidecar imports",
        "LW1410",
        mesh(sidecar("['*/*', '~default/b.default.svc.cluster.local']")),
        ["Sidecar default/narrow hides default/b from default/a-v1 and default/a-v2 of group test"],
        "Sidecar default/narrow",
        ("spec", "egress"),
        mesh(sidecar("['*/*', '~clients/b.default.svc.cluster.local']")),
    ),
    Claim(
        "a lane service has to be exported to callers in a lane",
        "LW1415",
        shown(".", PROBE),
        ["default/b is exported to default only, so the proxies of clients/probe-v1 do not see it"],
        "Service default/b",
        ("metadata", "annotations", EXPORT),
        shown("., clients", PROBE),
    ),
    Claim(
        "a service exported to nobody is not seen by its own lanes",
        "LW1415",
        shown("~"),
        [
            (
                "default/b is exported to nobody, so the proxies of default/a-v1 and "
                "default/a-v2 do not see it"
            )
        ],
        "Service default/b",
        ("metadata", "annotations", EXPORT),
        shown("*, ~"),
    ),
    Claim(
        "a VirtualService is imported by its own namespace",
        "LW1416",
        mesh(sidecar("['./*']"), namespace("clients"), beside("")),
        [
            (
                "Sidecar default/narrow imports default/b, but not its VirtualService clients/own, "
                "for default/a-v1, default/a-v2 and 2 more"
            )
        ],
        "Sidecar default/narrow",
        ("spec", "egress"),
        mesh(sidecar("['./*']"), namespace("clients"), beside("exportTo: ['.']")),
    ),
    Claim(
        "a service that is not exported to pods elsewhere passes them by its lanes",
        "LW1417",
        shown(".", PLAIN),
        ["default/b is not exported to pods in clients: if they call it, they bypass its lanes"],
        "Service default/b",
        ("metadata", "annotations", EXPORT),
        shown("default,clients", PLAIN),
    ),
]
