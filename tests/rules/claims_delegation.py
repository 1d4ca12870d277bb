"""Claims on the rule about services that a group hands over (LW1414, LW1401, LW1429)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import Given, group, mesh, routes, service

OURS = "trafficlabel-vs-test-default-b"
PLACE = ("metadata", "annotations", "laneway.dev/delegate")


def handing(*extra: str, named: str = "default/b", **replaced: str) -> Given:
    """Return the small mesh whose group hands services over, with further objects."""
    annotated = f"{{name: test, annotations: {{laneway.dev/delegate: '{named}'}}}}"
    text = group().replace("metadata: {name: test}", f"metadata: {annotated}")
    return mesh(*extra, group=text, **replaced)


def root(name: str = "root", to: str = OURS, rest: str = "hosts: [b]", space: str = "") -> str:
    """Return a root that hands everything over."""
    where = f", namespace: {space}" if space else ""
    return routes(name, f"[{{delegate: {{name: {to}{where}}}}}]", rest)


def kept(why: str, named: str = "default/b") -> list[str]:
    """Return the message of a service that keeps its host."""
    return [f"group test delegates {named}, but {why}"]


TO_OURS = f"delegate: {{name: {OURS}}}"
NOBODY = f"no VirtualService for its host delegates to default/{OURS}"

CLAIMS = [
    Claim(
        "a service that nobody takes over keeps its host",
        "LW1414",
        handing(),
        kept(NOBODY),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(root()),
    ),
    Claim(
        "a root that names another object takes nothing over",
        "LW1414",
        handing(root(to="trafficlabel-vs-test-default-a")),
        kept(NOBODY),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(root(space="istio-system")),
    ),
    Claim(
        "a root in another namespace takes nothing over",
        "LW1414",
        handing(root(space="elsewhere")),
        kept(NOBODY),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(root(space="default")),
    ),
    Claim(
        "a root that not everybody sees takes nothing over",
        "LW1414",
        handing(root(rest="hosts: [b]\n  exportTo: ['.']")),
        kept("VirtualService default/root is not exported to every namespace"),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(root(rest="hosts: [b]\n  exportTo: ['*']")),
    ),
    Claim(
        "a root beside another VirtualService for the host is not sure to be met",
        "LW1414",
        handing(root(), routes("other", "[{route: [{destination: {host: b}}]}]", "hosts: [b]")),
        kept("VirtualService default/other has the same host"),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(
            root(),
            routes("other", "[]\n  tcp: [{route: [{destination: {host: b}}]}]", "hosts: [b]"),
        ),
    ),
    *(
        Claim(
            f"a root that leaves callers out, by {condition}, takes nothing over",
            "LW1414",
            handing(routes("root", f"[{{match: [{{{condition}}}], {TO_OURS}}}]", "hosts: [b]")),
            kept(
                "VirtualService default/root has no route for callers that its conditions leave out"
            ),
            "ASMSwimLaneGroup test",
            PLACE,
            handing(
                routes(
                    "root",
                    f"[{{match: [{{{condition}}}], {TO_OURS}}}, {{{TO_OURS}}}]",
                    "hosts: [b]",
                )
            ),
        )
        for condition in (
            "sourceLabels: {app: a}",
            "sourceNamespace: default",
            "port: 81",
            "gateways: [istio-system/door]",
        )
    ),
    Claim(
        "a port that may carry TCP is not handed over",
        "LW1414",
        handing(root(), b=service("b", "[{port: 80, name: web}]")),
        kept("a port of it may carry TCP, and Istio allows no delegate with TCP routes"),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(root()),
    ),
    Claim(
        "a service the group does not have is not handed over",
        "LW1414",
        handing(root(), named="default/b, default/c"),
        kept("it is no service that the group routes", "default/c"),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(root()),
    ),
    Claim(
        "a name of the user's own is not delegated to",
        "LW1414",
        handing(root(), routes(OURS, "[{route: [{destination: {host: b}}]}]", "hosts: [x.test]")),
        kept(f"the name {OURS} belongs to a VirtualService of your own"),
        "ASMSwimLaneGroup test",
        PLACE,
        handing(root()),
    ),
    Claim(
        "a root nobody asked the group for routes the host like any other VirtualService",
        "LW1401",
        mesh(root()),
        ["VirtualService default/root routes default/b in the mesh instead of its lanes"],
        "VirtualService default/root",
        ("spec", "hosts", 0),
        handing(root()),
    ),
    Claim(
        "a root with a match on every route leaves requests without any",
        "LW1429",
        handing(
            routes("root", f"[{{match: [{{uri: {{prefix: /api}}}}], {TO_OURS}}}]", "hosts: [b]")
        ),
        ["calls to default/b that no match of VirtualService default/root meets get 404"],
        "VirtualService default/root",
        ("spec", "http"),
        handing(
            routes(
                "root",
                f"[{{match: [{{uri: {{prefix: /api}}}}], {TO_OURS}}}, {{{TO_OURS}}}]",
                "hosts: [b]",
            )
        ),
    ),
]
