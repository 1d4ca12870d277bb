"""Claims on the rules about kinds that are not read, and about Jobs (LW1511, LW1512, LW1412)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.claims_workloads import pod
from tests.rules.world import mesh, pods, routes


def fleet(labels: str) -> str:
    """Return an object of a kind that nobody reads, with a template of pods inside."""
    return f"""
apiVersion: sea.example.com/v1
kind: Fleet
metadata: {{name: ships, namespace: default}}
spec:
  parts:
    - template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: c, image: x}}]}}}}
"""


def job(labels: str) -> str:
    """Return a Job."""
    return f"""
apiVersion: batch/v1
kind: Job
metadata: {{name: once, namespace: default}}
spec:
  template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: c, image: x}}]}}}}
"""


ROLLOUT = """
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: r, namespace: default}
spec:
  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: a-v3}
"""
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: old, namespace: default}
spec:
  hosts: [a.default.svc.cluster.local]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 10.0.0.9}]
"""


def known(host: str) -> str:
    """Return a ServiceEntry that makes a host known to the mesh."""
    return f"""
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: known, namespace: shop}}
spec:
  hosts: [{host}]
  ports: [{{number: 80, name: http, protocol: HTTP}}]
  resolution: DNS
"""


OWN_C = routes(
    "own",
    "[{route: [{destination: {host: c.default.svc.cluster.local}}]}]",
    "hosts: [elsewhere.example.com]\n  gateways: [door]",
    space="istio-system",
)

CLAIMS = [
    Claim(
        "a route to a host of the cluster that a ServiceEntry knows is none of it",
        "LW1412",
        mesh(OWN_C),
        [
            (
                "route http[0] of VirtualService istio-system/own points to "
                "c.default.svc.cluster.local, but the input has no such Service"
            )
        ],
        "VirtualService istio-system/own",
        ("spec", "http", 0, "route", 0, "destination", "host"),
        mesh(OWN_C, known("c.default.svc.cluster.local")),
    ),
    Claim(
        "a wildcard of a ServiceEntry knows the hosts below it",
        "LW1412",
        mesh(OWN_C, known("'*.shop.example.com'")),
        [
            (
                "route http[0] of VirtualService istio-system/own points to "
                "c.default.svc.cluster.local, but the input has no such Service"
            )
        ],
        "VirtualService istio-system/own",
        ("spec", "http", 0, "route", 0, "destination", "host"),
        mesh(OWN_C, known("'*.default.svc.cluster.local'")),
    ),
    Claim(
        "an unread kind that may be pods of a lane service is named once",
        "LW1511",
        mesh(fleet("{app: a, version: v1}")),
        [
            (
                "Fleet default/ships may be pods of default/a, but their lanes are unknown: "
                "Laneway does not read the kind Fleet of sea.example.com/v1"
            )
        ],
        "Fleet default/ships",
        ("kind",),
        mesh(fleet("{app: c, version: v1}")),
    ),
    Claim(
        "an unread kind whose pods are in the input is known by them",
        "LW1511",
        mesh(fleet("{app: a, version: v1}"), (pod("[]", owner="someone") % "")),
        [
            (
                "Fleet default/ships may be pods of default/a, but their lanes are unknown: "
                "Laneway does not read the kind Fleet of sea.example.com/v1"
            )
        ],
        "Fleet default/ships",
        ("kind",),
        mesh(fleet("{app: a, version: v1}"), (pod("[]", owner="ships") % "")),
    ),
    Claim(
        "a Rollout whose template is not in the input is unknown",
        "LW1511",
        mesh(ROLLOUT),
        [
            (
                f"Rollout default/r may be pods of {services}, but their lanes are "
                "unknown: it takes its template from Deployment default/a-v3, which is not in the "
                "input"
            )
            for services in ("default/a and default/b",)
        ],
        "Rollout default/r",
        ("kind",),
        mesh(ROLLOUT, pods("a", "v3")),
    ),
    Claim(
        "a ServiceEntry for the host of a Service adds endpoints nobody knows",
        "LW1511",
        mesh(ENTRY),
        [
            (
                "ServiceEntry default/old may be pods of default/a, but their lanes are unknown: "
                "it names the host of the Service, so its endpoints answer for it as well"
            )
        ],
        "ServiceEntry default/old",
        ("kind",),
        mesh(ENTRY.replace("a.default.svc.cluster.local", "a.example.com")),
    ),
    Claim(
        "the pods of a Job that a lane service selects are named",
        "LW1512",
        mesh(job("{app: a, version: v1}")),
        [
            (
                "the pods of Job default/once carry the labels that default/a selects, so they get "
                "requests while they run"
            )
        ],
        "Job default/once",
        ("spec", "template", "metadata", "labels"),
        mesh(job("{version: v1}")),
    ),
]
