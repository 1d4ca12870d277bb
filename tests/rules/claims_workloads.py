"""Claims on the rules about pods and sidecars (LW15xx)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import group, lane, mesh, namespace, pods

LOOSE = (
    "\n  isPermissive: true"
    "\n  permissiveModeConfiguration: {routeHeader: x-lane, traceHeader: x-request-id}"
)


def pod(containers: str, init: str = "[]", owner: str = "") -> str:
    """Return a live Pod of service b in lane s2, with room for one more field of its spec."""
    owned = (
        f", ownerReferences: [{{kind: Fleet, name: {owner}, controller: true}}]" if owner else ""
    )
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: b-v2-x, namespace: default, labels: {{app: b, version: v2}}{owned}}}
spec:
  %s
  initContainers: {init}
  containers: {containers}
status: {{podIP: 10.0.0.1, conditions: [{{type: Ready, status: 'True'}}]}}
"""


CLAIMS = [
    Claim(
        "a lane that selects no pod at all is warned about",
        "LW1501",
        mesh(s2=lane("s2", "{version: v3}")),
        [
            (
                "lane s2 selects version: v3, but no pod of group test matches (its pods carry "
                "version: v1 and version: v2)"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "labelSelector"),
        mesh(without="a1 a2 b1 b2", s2=lane("s2", "{version: v3}")),
    ),
    Claim(
        "pods that are scaled to nothing are no pods",
        "LW1501",
        mesh(
            a2=pods("a", "v2").replace("spec:\n  selector", "spec:\n  replicas: 0\n  selector"),
            b2=pods("b", "v2").replace("spec:\n  selector", "spec:\n  replicas: 0\n  selector"),
        ),
        [
            (
                "lane s2 selects version: v2, but no pod of group test matches (default/a-v2 and "
                "default/b-v2 would be, with no ready replica)"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "labelSelector"),
        mesh(),
    ),
    Claim(
        "a strict lane without pods of one service is an error",
        "LW1502",
        mesh(b2=pods("b", "v2").replace("version: v2", "version: v22")),
        ["lane s2 has no pod of service default/b (its pods carry version: v1 and version: v22)"],
        "ASMSwimLane s2",
        ("spec", "labelSelector"),
        mesh(
            b2=pods("b", "v2").replace("version: v2", "version: v22"),
            group=group(rest=LOOSE),
        ),
    ),
    Claim(
        "a pod in two lanes is an error",
        "LW1503",
        mesh(s2=lane("s2", "{track: two}"), b2=pods("b", "v1", ", track: two")),
        ["the pods of default/b-v1 are in the lanes s1 and s2"],
        "Deployment default/b-v1",
        ("spec", "template", "metadata", "labels"),
        mesh(s2=lane("s2", "{version: v1, app: b}")),
    ),
    Claim(
        "a namespace that does not ask for sidecars is an error",
        "LW1504",
        mesh(default=namespace(labels="{team: x}")),
        [
            (
                "namespace default does not enable sidecar injection, so default/a-v1, "
                "default/a-v2, default/b-v1 and default/b-v2 have none"
            )
        ],
        "Namespace default",
        ("metadata", "labels"),
        mesh(default=namespace(labels="{istio.io/rev: canary}")),
    ),
    Claim(
        "pods that ask for a sidecar need no namespace that does",
        "LW1504",
        mesh(
            default=namespace(labels="{team: x}"),
            without="a1 a2 b1",
        ),
        ["namespace default does not enable sidecar injection, so default/b-v2 have none"],
        "Namespace default",
        ("metadata", "labels"),
        mesh(
            default=namespace(labels="{team: x}"),
            without="a1 a2 b1",
            b2=pods("b", "v2", ", sidecar.istio.io/inject: 'true'"),
        ),
    ),
    Claim(
        "a pod that opts out by a label is an error",
        "LW1505",
        mesh(b2=pods("b", "v2", ", sidecar.istio.io/inject: 'false'")),
        [
            (
                "the pods of default/b-v2 opt out of sidecar injection by the label "
                "sidecar.istio.io/inject: false"
            )
        ],
        "Deployment default/b-v2",
        ("spec", "template", "metadata", "labels", "sidecar.istio.io/inject"),
        mesh(b2=pods("b", "v2", ", sidecar.istio.io/inject: 'true'")),
    ),
    Claim(
        "a pod that opts out by an annotation is an error",
        "LW1505",
        mesh(b2=pods("b", "v2", head="annotations: {sidecar.istio.io/inject: 'false'}")),
        [
            (
                "the pods of default/b-v2 opt out of sidecar injection by the annotation "
                "sidecar.istio.io/inject: false"
            )
        ],
        "Deployment default/b-v2",
        ("spec", "template", "metadata", "annotations", "sidecar.istio.io/inject"),
        mesh(b2=pods("b", "v2", head="annotations: {other: 'false'}")),
    ),
    Claim(
        "a live pod without the proxy's container is an error",
        "LW1506",
        mesh(pod("[{name: default}]") % "", without="b2"),
        ["Pod default/b-v2-x runs without the container istio-proxy"],
        "Pod default/b-v2-x",
        ("spec", "containers"),
        mesh(pod("[{name: default}]", "[{name: istio-proxy}]") % "", without="b2"),
    ),
    Claim(
        "pods on the host's network are an error",
        "LW1507",
        mesh(b2=pods("b", "v2", spec="hostNetwork: true")),
        ["the pods of default/b-v2 use hostNetwork and get no sidecar"],
        "Deployment default/b-v2",
        ("spec", "template", "spec", "hostNetwork"),
        mesh(b2=pods("b", "v2", spec="hostNetwork: false")),
    ),
    Claim(
        "a Pod of its own on the host's network is an error",
        "LW1507",
        mesh(pod("[{name: default}]").replace("podIP", "hostIP") % "hostNetwork: true"),
        ["the pods of default/b-v2-x use hostNetwork and get no sidecar"],
        "Pod default/b-v2-x",
        ("spec", "hostNetwork"),
        mesh(pod("[{name: default}]").replace("podIP", "hostIP") % ""),
    ),
    Claim(
        "pods outside the group that call as members of a lane are pointed out",
        "LW1508",
        mesh(pods("web", "v1"), pods("job", "v2")),
        [
            (
                "default/web-v1 and default/job-v2 outside of group test "
                "carry the labels of lanes s1 and s2"
            )
        ],
        "Deployment default/web-v1",
        ("spec", "template", "metadata", "labels"),
        mesh(pods("web", "v3")),
    ),
    Claim(
        "a pod that its lane's list leaves out is warned about",
        "LW1509",
        mesh(
            group=group(rest=LOOSE),
            s2=lane("s2", "{version: v2}", "services: [{name: a, namespace: default}]"),
        ),
        ["the pods of default/b-v2 carry the labels of lane s2, which does not list default/b"],
        "ASMSwimLane s2",
        ("spec", "services"),
        mesh(
            group=group(rest=LOOSE),
            s2=lane("s2", "{version: v2}", "services: [{name: a, namespace: default}]"),
            without="b2",
        ),
    ),
    Claim(
        "a pod of a lane service in no lane is warned about",
        "LW1510",
        mesh(pods("b", "v3")),
        ["the pods of default/b-v3 are in no lane of group test: they carry version: v3"],
        "Deployment default/b-v3",
        ("spec", "template", "metadata", "labels"),
        mesh(pods("c", "v3")),
    ),
]
