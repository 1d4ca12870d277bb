"""Claims on the rules about users' own objects in the mesh (LW14xx)."""

from __future__ import annotations

from tests.rules import claims_delegation
from tests.rules.claim import Claim
from tests.rules.world import api_route, gateway, mesh, namespace, pods, policy, routes, service

TO_B = "[{route: [{destination: {host: b}}]}]"
WIDE_TCP = routes("own", f"[]\n  tcp: {TO_B}", "hosts: ['*.default.svc.cluster.local']")
ONLY_TCP = routes("own", f"[]\n  tcp: {TO_B}", "hosts: [b]")
PORT_8000 = service("b", "[{port: 8000, name: http}]")
CLIENTS = pods("web", "v1").replace("namespace: default", "namespace: clients")


def sidecar(egress: str, space: str = "default", rest: str = "") -> str:
    return f"""
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: narrow, namespace: {space}}}
spec:
  {rest}
  egress: [{{hosts: {egress}}}]
"""


def ports_of(count: int) -> str:
    """Return as many ports, the first of them the one that is called."""
    ports = (f"{{port: {80 + number}, name: http-{number}}}" for number in range(count))
    return f"[{', '.join(ports)}]"


CLAIMS = [
    Claim(
        "a user's VirtualService on a lane host is an error",
        "LW1401",
        mesh(routes("own", TO_B, "hosts: [b]")),
        ["VirtualService default/own routes default/b in the mesh instead of its lanes"],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", TO_B, "hosts: [b]\n  gateways: [istio-system/door]")),
    ),
    Claim(
        "a user's wildcard takes the connections of lane services, as an older object does",
        "LW1401",
        mesh(WIDE_TCP, b=service("b", "[{port: 80, name: tcp}]")),
        ["VirtualService default/own routes default/b in the mesh instead of its lanes"],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(WIDE_TCP),
    ),
    Claim(
        "a user's TCP routes speak for a lane service where it takes connections",
        "LW1401",
        mesh(ONLY_TCP, b=service("b", "[{port: 80, name: tcp}]")),
        ["VirtualService default/own routes default/b in the mesh instead of its lanes"],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(ONLY_TCP),
    ),
    Claim(
        "a user's route for one namespace names it, and one for nobody takes nothing",
        "LW1401",
        mesh(routes("own", TO_B, "hosts: [b]\n  exportTo: [web]")),
        [
            (
                "VirtualService default/own routes default/b in the mesh instead of its lanes for "
                "callers in web"
            )
        ],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", TO_B, "hosts: [b]\n  exportTo: ['~']")),
    ),
    Claim(
        "a user's wildcard over lane hosts gives way to the lanes' routes",
        "LW1420",
        mesh(routes("own", TO_B, "hosts: ['*.default.svc.cluster.local']")),
        [
            (
                "lane routes of default/a and default/b override VirtualService default/own, which "
                "has a wildcard host"
            )
        ],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", TO_B, "hosts: ['*.other.svc.cluster.local']")),
    ),
    Claim(
        "the host * is refused in the mesh",
        "LW1421",
        mesh(routes("own", TO_B, "hosts: ['*']")),
        [
            (
                "Istio rejects VirtualService default/own: a VirtualService of the mesh may not "
                "have the host *"
            )
        ],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", TO_B, "hosts: ['*']\n  gateways: [istio-system/door]")),
    ),
    Claim(
        "a host with a port is refused at a gateway",
        "LW1421",
        mesh(door=gateway("['shop.test:80']")),
        ["Istio rejects Gateway istio-system/door: 'shop.test:80' is no name of a host"],
        "Gateway istio-system/door",
        ("spec", "servers", 0, "hosts", 0),
        mesh(door=gateway("['shop.test']")),
    ),
    Claim(
        "a VirtualService for another spelling of a lane service takes calls past the lanes",
        "LW1422",
        mesh(routes("own", TO_B, "hosts: [b.default.svc]")),
        [
            (
                "VirtualService default/own routes calls to default/b by the name b.default.svc, "
                "if it is the older object"
            )
        ],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", TO_B, "hosts: [b.other.svc]")),
    ),
    Claim(
        "another spelling is taken on port 80 alone",
        "LW1422",
        mesh(routes("own", TO_B, "hosts: [a.default, b.default]"), b=PORT_8000),
        [
            (
                "VirtualService default/own routes calls to default/a by the name a.default, if it "
                "is the older object"
            )
        ],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", TO_B, "hosts: [b.default]"), b=PORT_8000),
    ),
    Claim(
        "a route of the Gateway API for a lane service stands beside its lanes",
        "LW1423",
        mesh(api_route("{group: '', kind: Service, name: b}")),
        ["HTTPRoute default/own routes default/b in the mesh for all callers, as its lanes do"],
        "HTTPRoute default/own",
        ("spec", "parentRefs", 0),
        mesh(api_route("{group: '', kind: Service, name: c}")),
    ),
    Claim(
        "a route of the Gateway API of another namespace is for the callers there",
        "LW1423",
        mesh(
            api_route(
                "{group: '', kind: Service, name: b, namespace: default}", "GRPCRoute", "clients"
            )
        ),
        [
            (
                "GRPCRoute clients/own routes default/b in the mesh for callers in clients, "
                "as its lanes do"
            )
        ],
        "GRPCRoute clients/own",
        ("spec", "parentRefs", 0),
        mesh(api_route("{kind: Service, name: b}")),
    ),
    Claim(
        "two VirtualServices for one mesh host are an error of the younger",
        "LW1402",
        mesh(
            service("c"),
            routes("one", TO_B, "hosts: [c]"),
            routes("two", TO_B, "hosts: [c.default.svc.cluster.local]"),
        ),
        [
            (
                "VirtualService default/two routes default/c in the mesh, "
                "as VirtualService default/one already does"
            )
        ],
        "VirtualService default/two",
        ("spec", "hosts", 0),
        mesh(
            service("c"),
            routes("one", TO_B, "hosts: [c]\n  exportTo: [clients]"),
            routes("two", TO_B, "hosts: [c]\n  exportTo: [.]"),
        ),
    ),
    Claim(
        "two VirtualServices of one host fight over connections, and not HTTP with connections",
        "LW1402",
        mesh(ONLY_TCP.replace("[b]", "[c]"), ONLY_TCP.replace("[b]", "[c]").replace("own", "two")),
        [
            (
                "VirtualService default/two routes default/c in the mesh, "
                "as VirtualService default/own already does"
            )
        ],
        "VirtualService default/two",
        ("spec", "hosts", 0),
        mesh(ONLY_TCP.replace("[b]", "[c]"), routes("two", TO_B, "hosts: [c]")),
    ),
    Claim(
        "a subset that is looked up at run time is an error",
        "LW1403",
        mesh(routes("own", "[{route: [{destination: {host: c, subset: $lane}}]}]", "hosts: [c]")),
        [
            (
                "route http[0] of VirtualService default/own names the subset $lane, "
                "which only the vendor's mesh can resolve"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "destination", "subset"),
        mesh(routes("own", "[{route: [{destination: {host: c, subset: lane}}]}]", "hosts: [c]")),
    ),
    Claim(
        "the vendor's fallback block is warned about",
        "LW1404",
        mesh(
            routes(
                "own",
                "[{route: [{destination: {host: c}, fallback: {target: {host: c, subset: s1}}}]}]",
                "hosts: [c]",
            )
        ),
        [
            (
                "`fallback` of route http[0] of VirtualService default/own is not an Istio field "
                "and is ignored: requests get 503 while the subset has no ready pod"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "fallback"),
        mesh(routes("own", "[{route: [{destination: {host: c}}]}]", "hosts: [c]")),
    ),
    Claim(
        "a DestinationRule nearer to callers than the lanes' one is pointed out",
        "LW1405",
        mesh(policy("near", "{host: b.default.svc.cluster.local}", "clients")),
        [
            (
                "DestinationRule clients/near takes precedence for callers in namespace clients of "
                "default/b over a rule in istio-system"
            )
        ],
        "DestinationRule clients/near",
        ("spec", "host"),
        mesh(policy("near", "{host: b}", "clients")),
    ),
    Claim(
        "a DestinationRule beside the service is nearer to everybody than one of the asm layout",
        "LW1405",
        mesh(policy("near", "{host: '*.default.svc.cluster.local'}")),
        [
            (
                "DestinationRule default/near takes precedence for all callers of default/a and "
                "default/b over a rule in istio-system"
            )
        ],
        "DestinationRule default/near",
        ("spec", "host"),
        mesh(policy("near", "{host: '*.default.svc.cluster.local'}", "istio-system")),
    ),
    Claim(
        "a wildcard rule that the lanes' one hides is pointed out",
        "LW1406",
        mesh(
            policy("all", "{host: '*.default.svc.cluster.local', trafficPolicy: {tls: {}}}"),
            without="a1 a2",
        ),
        [
            "the lanes' DestinationRule for default/a overrides DestinationRule default/all",
            "the lanes' DestinationRule for default/b overrides DestinationRule default/all",
        ],
        "DestinationRule default/all",
        ("spec", "host"),
        mesh(policy("all", "{host: '*.default.svc.cluster.local'}"), without="a1 a2"),
    ),
    Claim(
        "a subset named like a lane with other labels is an error",
        "LW1407",
        mesh(policy("b", "{host: b, subsets: [{name: s1, labels: {version: v2}}]}")),
        [
            (
                "subset s1 of DestinationRule default/b selects version: v2, "
                "but lane s1 selects version: v1"
            )
        ],
        "DestinationRule default/b",
        ("spec", "subsets", 0, "labels"),
        mesh(policy("b", "{host: b, subsets: [{name: s1, labels: {version: v1}}]}")),
    ),
    Claim(
        "a subset with other labels for the very same pods is none",
        "LW1407",
        mesh(policy("b", "{host: b, subsets: [{name: s1, labels: {track: one}}]}")),
        [
            (
                "subset s1 of DestinationRule default/b selects track: one, "
                "but lane s1 selects version: v1"
            )
        ],
        "DestinationRule default/b",
        ("spec", "subsets", 0, "labels"),
        mesh(
            policy("b", "{host: b, subsets: [{name: s1, labels: {track: one}}]}"),
            b1=pods("b", "v1", ", track: one"),
        ),
    ),
    Claim(
        "two DestinationRules exported differently do not merge",
        "LW1408",
        mesh(
            policy("one", "{host: b}"),
            policy("two", "{host: b, exportTo: ['*']}"),
        ),
        [
            (
                "DestinationRule default/two and DestinationRule default/one are both for "
                "default/b, but their exportTo differs (exportTo [*] and no exportTo)"
            )
        ],
        "DestinationRule default/two",
        ("spec", "exportTo"),
        mesh(policy("one", "{host: b}"), policy("two", "{host: b}")),
    ),
    Claim(
        "a rule kept to its namespace hides lanes from the gateway",
        "LW1409",
        mesh(policy("b", "{host: b, exportTo: [.]}")),
        [
            (
                "DestinationRule default/b is exported to . only: "
                "callers in istio-system see no lane of default/b"
            )
        ],
        "DestinationRule default/b",
        ("spec", "exportTo"),
        mesh(policy("b", "{host: b, exportTo: [., istio-system]}")),
    ),
    Claim(
        "a rule hides lanes from a namespace though none of its pods is in the input",
        "LW1409",
        mesh(namespace("elsewhere"), policy("b", "{host: b, exportTo: [., istio-system]}")),
        [
            (
                "DestinationRule default/b is exported to . and istio-system only: "
                "callers in elsewhere see no lane of default/b"
            )
        ],
        "DestinationRule default/b",
        ("spec", "exportTo"),
        mesh(
            namespace("elsewhere"), policy("b", "{host: b, exportTo: [., istio-system, elsewhere]}")
        ),
    ),
    Claim(
        "a Sidecar that leaves a lane service out is warned about",
        "LW1410",
        mesh(sidecar("[./a.default.svc.cluster.local]")),
        ["Sidecar default/narrow hides default/b from default/a-v1 and default/a-v2 of group test"],
        "Sidecar default/narrow",
        ("spec", "egress"),
        mesh(sidecar("['./*', 'istio-system/*']")),
    ),
    Claim(
        "a Sidecar of pods outside the lanes hides nothing from them",
        "LW1410",
        mesh(sidecar("['~/*']", rest="workloadSelector: {labels: {app: a}}")),
        ["Sidecar default/narrow hides default/b from default/a-v1 and default/a-v2 of group test"],
        "Sidecar default/narrow",
        ("spec", "egress"),
        mesh(sidecar("['~/*']", rest="workloadSelector: {labels: {app: web}}"), namespace("other")),
    ),
    Claim(
        "a Sidecar that does not import the root namespace hides the asm layout's routes",
        "LW1413",
        mesh(sidecar("['./*']")),
        [
            (
                "Sidecar default/narrow hides the asm layout's routes for default/a and default/b "
                "from default/a-v1, default/a-v2 and 2 more"
            )
        ],
        "Sidecar default/narrow",
        ("spec", "egress"),
        mesh(sidecar("['./*', 'istio-system/*']")),
    ),
    Claim(
        "source labels beside gateways are ignored, and that is said",
        "LW1411",
        mesh(
            routes(
                "own",
                "[{match: [{gateways: [mesh], sourceLabels: {app: a}}], "
                "route: [{destination: {host: c}}]}]",
                "hosts: [c]",
            )
        ),
        [
            (
                "a match of route http[0] of VirtualService default/own has both sourceLabels "
                "and gateways; the labels are ignored"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "match", 0),
        mesh(
            routes(
                "own",
                "[{match: [{sourceLabels: {app: a}}], route: [{destination: {host: c}}]}]",
                "hosts: [c]",
            )
        ),
    ),
    Claim(
        "a route to a short name in another namespace is an error",
        "LW1412",
        mesh(
            routes(
                "own",
                TO_B,
                "hosts: ['*']\n  gateways: [door]",
                space="istio-system",
            )
        ),
        [
            (
                "route http[0] of VirtualService istio-system/own points to "
                "b.istio-system.svc.cluster.local, but the input has no such Service"
            )
        ],
        "VirtualService istio-system/own",
        ("spec", "http", 0, "route", 0, "destination", "host"),
        mesh(
            routes(
                "own",
                "[{route: [{destination: {host: example.com}}]}]",
                "hosts: ['*']\n  gateways: [door]",
                space="istio-system",
            )
        ),
    ),
    Claim(
        "lanes of services with many ports are many clusters",
        "LW1443",
        mesh(b=service("b", ports_of(499))),
        [("the strict lanes of group test give every proxy 500 clusters that its calls never use")],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(b=service("b", ports_of(498))),
    ),
    *claims_delegation.CLAIMS,
]
