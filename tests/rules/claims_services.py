"""Claims on the rules about services and ports (LW16xx)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import group, mesh, pods, service

UDP = "[{port: 53, name: dns, protocol: UDP}]"
BARE = """
apiVersion: v1
kind: Service
metadata: {name: b, namespace: default}
spec: {ports: [{port: 80, name: http}]%s}
"""


def opening(ports: str, more: str = "") -> dict[str, str]:
    """Return the pods of service b with containers that name ports."""
    written = f"image: laneway/mock, ports: {ports}{more}"
    found = {name: pods("b", f"v{name[1]}") for name in ("b1", "b2")}
    return {name: text.replace("image: laneway/mock", written) for name, text in found.items()}


SLICE = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: b-x, namespace: default, labels: {kubernetes.io/service-name: b}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1]}]
ports: [{name: http, port: 80}]
"""
BY_NAME = service("b", "[{port: 80, name: http, targetPort: web}]")
BY_NUMBER = service("b", "[{port: 80, name: http, targetPort: 8080}]")

CLAIMS = [
    Claim(
        "a service of a group that the input lacks is an error",
        "LW1601",
        mesh(group=group(services="[{name: a, namespace: default}, {name: b, namespace: other}]")),
        ["group test names service other/b, which is not in the input"],
        "ASMSwimLaneGroup test",
        ("spec", "services", 1),
        mesh(),
    ),
    Claim(
        "a port without a protocol is pointed out",
        "LW1602",
        mesh(b=service("b", "[{port: 80, name: web}]")),
        ["port 80 of default/b does not say its protocol"],
        "Service default/b",
        ("spec", "ports", 0),
        mesh(b=service("b", "[{port: 80, name: web, appProtocol: http}]")),
    ),
    Claim(
        "a TCP port goes by the caller's lane, and that is said",
        "LW1603",
        mesh(b=service("b", "[{port: 80, name: http}, {port: 90, name: tcp-x}]")),
        ["port 90 of default/b is TCP: only the caller's lane decides where connections go"],
        "Service default/b",
        ("spec", "ports", 1),
        mesh(b=service("b", "[{port: 80, name: http}, {port: 90, name: grpc-x}]")),
    ),
    Claim(
        "a headless service is warned about",
        "LW1604",
        mesh(b=service("b", rest="clusterIP: None")),
        ["service default/b is headless, so clients may pick its pods themselves"],
        "Service default/b",
        ("spec", "clusterIP"),
        mesh(b=service("b", rest="clusterIP: 10.0.0.1")),
    ),
    Claim(
        "a service with UDP ports alone is an error",
        "LW1605",
        mesh(b=service("b", UDP)),
        ["service default/b has no port the mesh can route"],
        "Service default/b",
        ("spec", "ports"),
        mesh(),
    ),
    Claim(
        "a service without a selector is an error",
        "LW1606",
        mesh(b=BARE % ""),
        ["service default/b selects no pods by labels (no selector)"],
        "Service default/b",
        ("spec", "selector"),
        mesh(),
    ),
    Claim(
        "a service that is a name for something outside is an error",
        "LW1606",
        mesh(b=BARE % ", type: ExternalName, externalName: example.com"),
        ["service default/b selects no pods by labels (type ExternalName)"],
        "Service default/b",
        ("spec", "type"),
        mesh(),
    ),
    Claim(
        "a second service over the same pods is pointed out",
        "LW1607",
        mesh(service("b2").replace("app: b2", "app: b")),
        ["service default/b2 reaches the pods of default/b outside of all lanes"],
        "Service default/b2",
        ("spec", "selector"),
        mesh(service("b2")),
    ),
    Claim(
        "a selector that no pod carries is an error",
        "LW1608",
        mesh(b=service("b").replace("{app: b}", "{app: z}")),
        [
            (
                "service default/b selects app: z, but no pod in namespace default of the input "
                "matches"
            )
        ],
        "Service default/b",
        ("spec", "selector"),
        mesh(b=service("b", rest="externalTrafficPolicy: Local")),
    ),
    Claim(
        "a selector whose pods an EndpointSlice shows is no error",
        "LW1608",
        mesh(b=service("b").replace("{app: b}", "{app: z}")),
        [
            (
                "service default/b selects app: z, but no pod in namespace default of the input "
                "matches"
            )
        ],
        "Service default/b",
        ("spec", "selector"),
        mesh(SLICE, b=service("b").replace("{app: b}", "{app: z}")),
    ),
    Claim(
        "a targetPort by a name that no container has is an error",
        "LW1609",
        mesh(b=BY_NAME, **opening("[{name: wbe, containerPort: 80}]")),
        [
            (
                "port 80 of default/b has targetPort web, but no container port of default/b-v1 "
                "and default/b-v2 has that name: they name 80 (wbe)"
            )
        ],
        "Service default/b",
        ("spec", "ports", 0, "targetPort"),
        mesh(b=BY_NAME),
    ),
    Claim(
        "a targetPort of a number that is not the port of its containers is an error",
        "LW1610",
        mesh(b=BY_NUMBER, **opening("[{containerPort: 80}]")),
        [
            (
                "port 80 of default/b has targetPort 8080, but the containers of default/b-v1 and "
                "default/b-v2 do not open it: they name 80"
            )
        ],
        "Service default/b",
        ("spec", "ports", 0, "targetPort"),
        mesh(b=BY_NUMBER, **opening("[{containerPort: 80}]", ", args: ['--listen=:8080']")),
    ),
    Claim(
        "a targetPort of a number is unknown where a container names no ports",
        "LW1610",
        mesh(b=BY_NUMBER, **opening("[{containerPort: 80}]")),
        [
            (
                "port 80 of default/b has targetPort 8080, but the containers of default/b-v1 and "
                "default/b-v2 do not open it: they name 80"
            )
        ],
        "Service default/b",
        ("spec", "ports", 0, "targetPort"),
        mesh(b=BY_NUMBER, **opening("[{containerPort: 80}]", "}, {name: web, image: laneway/mock")),
    ),
    Claim(
        "a group that names no service is about nothing",
        "LW1611",
        mesh(group=group(services="[]")),
        ["group test names no service"],
        "ASMSwimLaneGroup test",
        ("spec", "services"),
        mesh(),
    ),
]
