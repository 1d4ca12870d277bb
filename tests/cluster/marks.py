"""What tells that istiod knows everything that was written before: a mark of each kind.

Comes in: a number that grows. Goes out: objects to write last, and the words in which a proxy shows
that it was told of them. istiod hears of each kind of object in the order in which it was written,
but of kinds apart from each other, so that every kind needs a mark of its own. A VirtualService
that delegates goes through two queues and has two. Marks live in a namespace of their own and are
shown to nobody else; they change nothing for the mesh under test.
"""

from __future__ import annotations

from tests.agree.oracle import Workload
from tests.cluster.fetching import Mark
from tests.laws import objects
from tests.laws.objects import NETWORKING, Object, host_of

SPACE = "marks"
HOST = host_of("mark", SPACE)
HIDDEN = {"networking.istio.io/exportTo": "."}
SIDECAR = Workload("watcher", "10.95.0.1", SPACE, labels={"app": "watcher"})
GATEWAY = Workload("gate", "10.95.0.2", SPACE, "router", {"app": "mark-gate"})


def first() -> list[Object]:
    """Return what has to be there before the first mark."""
    port = {"name": "http", "port": 80, "targetPort": 80}
    service = objects.service("mark", SPACE, [port], cluster_ip="10.96.9.9")
    service["metadata"]["annotations"] = HIDDEN
    del service["spec"]["selector"]
    entry = objects.virtual_service("entry", SPACE, ["*"], gateways=["gate"], exportTo=["."])
    entry["spec"]["http"] = [_to_mark()]
    return [service, entry, *(item for item in written(0) if item["kind"] != "Service")]


def written(number: int) -> list[Object]:
    """Return the marks with a number, in the order in which they are to be written.

    The pod has a name of its own in each; whoever writes the next one deletes it.
    """
    name = _name(number)
    rule = objects.destination_rule("mark", SPACE, HOST, subsets=[{"name": name}], exportTo=["."])
    leaf = objects.virtual_service("leaf", SPACE, [], http=[_to_mark(f"leaf-{name}")])
    del leaf["spec"]["hosts"]
    delegate = {"match": [{"uri": {"prefix": "/"}}], "delegate": {"name": "leaf"}}
    spec: Object = {"http": [_to_mark(f"root-{name}"), delegate], "exportTo": ["."]}
    return [
        _pod(number),
        _slice(number),
        {**_head("v1", "Service", "mark"), "spec": {"ports": _ports(number)}},
        rule,
        leaf,
        objects.virtual_service("mark", SPACE, [HOST], **spec),
        objects.gateway("gate", GATEWAY.labels, 80, [f"{name}.test"])
        | {"metadata": objects.head("gate", SPACE)},
        _sidecar(number),
    ]


def seen(number: int) -> list[Mark]:
    """Return who sees the marks with a number, and by which words."""
    name = _name(number)
    words = [
        f"outbound|80|{name}|{HOST}",
        f"outbound|{_port(number)}||{HOST}",
        f"{_address(number)}:80",
        f"/root-{name}",
        f"/leaf-{name}",
        f"inbound|{_port(number)}||",
    ]
    return [Mark(SIDECAR, words), Mark(GATEWAY, [f"{name}.test"])]


def _name(number: int) -> str:
    return f"m{number:06}"


def _port(number: int) -> int:
    return 10000 + number % 10000


def _address(number: int) -> str:
    return f"10.94.{number // 250 % 250}.{number % 250 + 1}"


def _to_mark(path: str = "") -> Object:
    route: Object = {"route": [{"destination": {"host": HOST, "port": {"number": 80}}}]}
    return {"match": [{"uri": {"exact": f"/{path}"}}], **route} if path else route


def _ports(number: int) -> list[Object]:
    return [
        {"name": "http", "port": 80, "targetPort": 80},
        {"name": "tcp-number", "port": _port(number), "targetPort": 80},
    ]


def _pod(number: int) -> Object:
    container = {"name": "default", "image": "laneway/mock:1"}
    address = _address(number)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": objects.head(f"mark-{number}", SPACE, {"app": "mark"}),
        "spec": {"containers": [container]},
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def _slice(number: int) -> Object:
    target = {"kind": "Pod", "name": f"mark-{number}", "namespace": SPACE}
    found = _head("discovery.k8s.io/v1", "EndpointSlice", "mark")
    found["metadata"]["labels"] = {"kubernetes.io/service-name": "mark"}
    return found | {
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 80, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [_address(number)],
                "conditions": {"ready": True},
                "targetRef": target,
            }
        ],
    }


def _sidecar(number: int) -> Object:
    port = {"number": _port(number), "protocol": "HTTP", "name": "http-number"}
    spec = {
        "ingress": [{"port": port, "defaultEndpoint": "127.0.0.1:80"}],
        "egress": [{"hosts": ["./*"]}],
    }
    return {**_head(NETWORKING, "Sidecar", "mark"), "spec": spec}


def _head(version: str, kind: str, name: str) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": objects.head(name, SPACE)}
