"""Claims on the rules about services and ports (LW16xx)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import group, mesh, service

UDP = "[{port: 53, name: dns, protocol: UDP}]"
BARE = """
apiVersion: v1
kind: Service
metadata: {name: b, namespace: default}
spec: {ports: [{port: 80, name: http}]%s}
"""

CLAIMS = [
    Claim(
        "a service of a group that the input lacks is an error",
        "LW1601",
        mesh(group=group(services="[{name: a, namespace: default}, {name: b, namespace: other}]")),
        ["group test names service other/b, which the input does not hold"],
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
        ["port 90 of default/b is TCP: its connections go by the caller's lane alone"],
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
]
