"""A cluster in memory, with users who may see all of it, some namespaces, or nothing.

Comes in: requests with tokens. Goes out: what a kube-apiserver with RBAC answers: objects to those
who may list them, 403 to others, 401 to a token that it does not know, and reviews of one's rights.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from laneway.adapters.kube import Kind
from laneway.core.keeping.followed import GROUP, ISTIO, LANE, VENDOR
from tests.kube.answering import Asked, Object
from tests.kube.fake_server import FakeServer, Fault, Refuse


def _kind(group: str, version: str, kind: str, *, namespaced: bool = True) -> Kind:
    return Kind(group, version, kind, f"{kind.lower()}s", namespaced, frozenset({"list", "watch"}))


SERVICE = _kind("", "v1", "Service")
POD = _kind("", "v1", "Pod")
NAMESPACE = _kind("", "v1", "Namespace", namespaced=False)
GATEWAY = _kind(ISTIO, "v1", "Gateway")
GROUPS = _kind(VENDOR, "v1", GROUP, namespaced=False)
LANES = _kind(VENDOR, "v1", LANE, namespaced=False)
RELEASES = _kind("laneway.dev", "v1alpha1", "LaneRelease", namespaced=False)
APPLICATIONS = _kind("argoproj.io", "v1alpha1", "Application")
CONFIG_MAPS = _kind("", "v1", "ConfigMap")
KINDS = (
    *(RELEASES, APPLICATIONS, CONFIG_MAPS),
    *(SERVICE, POD, NAMESPACE, GATEWAY, GROUPS, LANES),
    *(_kind(ISTIO, "v1", one) for one in ("VirtualService", "DestinationRule", "Sidecar")),
)
NODE = _kind("", "v1", "Node", namespaced=False)


class FakeUser(Struct):
    """Who a token belongs to, and what they may do: everywhere, or in namespaces.

    What `api_groups` have may be listed besides, and no `refused` subresource or kind is allowed.
    Pods are asked in namespaces that are `proxied` alone, if any are.
    """

    name: str
    everywhere: bool = False
    inside: set[str] = field(default_factory=set)
    api_groups: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    proxied: frozenset[str] = frozenset()

    def may(self, namespace: str, group: str = "") -> bool:
        return self.everywhere or namespace in self.inside or group in self.api_groups - {""}


class FakeCluster(FakeServer):
    """Objects, and the users who ask for them."""

    def __init__(self) -> None:
        super().__init__()
        self.users: dict[str, FakeUser] = {}
        self.fault_for = self._refusal
        self.pages: dict[str, str] = {}
        """What pods serve, by name; the others do not answer."""

    def user(self, name: str, *inside: str, everywhere: bool = False) -> str:
        """Have a user; return the Authorization they send."""
        token = f"Bearer token-of-{name}"
        self.users[token] = FakeUser(name, everywhere, set(inside))
        return token

    def have(self, kind: Kind, name: str, namespace: str = "", **more: Any) -> None:
        """Have an object, new or changed."""
        meta: Object = {"name": name, "uid": name, "generation": 1, **more.pop("metadata", {})}
        meta |= {"namespace": namespace} if namespace else {}
        body = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": meta, **more}
        self.write(kind.path(namespace, name), body)

    def who(self, asked: Asked) -> FakeUser | None:
        return self.users.get(asked.headers.get("authorization", ""))

    def _refusal(self, asked: Asked) -> Fault | None:
        user = self.who(asked)
        if user is None:
            return Refuse(401, "Unauthorized")
        is_object = any(f"/{kind.resource}" in asked.path for kind in (*KINDS, NODE))
        parts = asked.path.split("/")
        place = parts[parts.index("namespaces") + 1 :] if "namespaces" in parts else []
        group = parts[2] if parts[1] == "apis" and parts[2:] else ""
        is_refused = bool({asked.method.lower(), *parts[-3:]} & user.refused)
        if not is_object or (user.may(place[0] if place else "", group) and not is_refused):
            return None
        return Refuse(403, f"{user.name} may not")

    def _done(self, asked: Asked) -> tuple[int, Object | str]:
        user = self.who(asked)
        assert user is not None
        if asked.path in ("/api", "/apis"):
            return 200, _discovery(is_core=asked.path == "/api")
        pod, proxied, _ = asked.path.partition("/proxy/")
        if proxied:
            name = pod.rpartition("/")[2].removesuffix(":15090")
            refused = {"kind": "Status", "code": 503, "message": "dial tcp: connection refused"}
            return (200, self.pages[name]) if name in self.pages else (503, refused)
        review = asked.path.rpartition("/")[2]
        if review == "selfsubjectreviews":
            return 201, {"status": {"userInfo": {"username": user.name}}}
        if review == "selfsubjectaccessreviews":
            told = asked.body["spec"]["resourceAttributes"]
            is_refused = bool({told["subresource"], told["verb"]} & user.refused)
            if told["subresource"] == "proxy" and user.proxied:
                is_refused = told["namespace"] not in user.proxied
            may = user.may(told["namespace"], told["group"]) and not is_refused
            return 201, {"status": {"allowed": may}}
        if review == "selfsubjectrulesreviews":
            allowed = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
            rules = [allowed] if user.may(asked.body["spec"]["namespace"]) else []
            return 201, {"status": {"resourceRules": rules}}
        return self._merged(asked) if asked.method == "PATCH" else super()._done(asked)

    def _merged(self, asked: Asked) -> tuple[int, Object]:
        """Merge labels and annotations into an object that is still the one that was read."""
        head = self.objects[asked.path]["metadata"]
        wanted = asked.body["metadata"]
        if wanted.get("resourceVersion", head["resourceVersion"]) != head["resourceVersion"]:
            return 409, {"kind": "Status", "code": 409, "message": "it was modified"}
        merged = {}
        for words in wanted.keys() & {"labels", "annotations"}:
            told = {**head.get(words, {}), **wanted[words]}
            merged[words] = {key: value for key, value in told.items() if value is not None}
        changed = {**self.objects[asked.path], "metadata": {**head, **merged}}
        return 200, self.write(asked.path, changed)


def _discovery(*, is_core: bool) -> Object:
    kinds = [one for one in KINDS if (one.group == "") == is_core]
    groups = dict.fromkeys(one.group for one in kinds)
    return {
        "items": [
            {
                "metadata": {"name": group},
                "versions": [
                    {
                        "version": version,
                        "resources": [
                            _resource(one)
                            for one in kinds
                            if (one.group, one.version) == (group, version)
                        ],
                    }
                    for version in dict.fromkeys(one.version for one in kinds if one.group == group)
                ],
            }
            for group in groups
        ]
    }


def _resource(kind: Kind) -> Object:
    return {
        "resource": kind.resource,
        "responseKind": {"kind": kind.kind},
        "scope": "Namespaced" if kind.is_namespaced else "Cluster",
        "verbs": ["list", "watch"],
    }


def shop_and_cart(cluster: FakeCluster) -> None:
    """Have two namespaces, each with a service and its pod, a group of both, and a gateway."""
    for space in ("shop", "cart"):
        cluster.have(NAMESPACE, space)
        ports = [{"port": 8080}]
        spec = {"selector": {"app": space}, "ports": ports}
        cluster.have(SERVICE, f"{space}-service", space, spec=spec)
        labels = {"app": space, "version": "v1"}
        cluster.have(
            POD,
            f"{space}-pod",
            space,
            metadata={"labels": labels},
            spec={"containers": [{"name": "app"}, {"name": "istio-proxy"}]},
            status={"podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]},
        )
    services = [{"name": f"{one}-service", "namespace": one} for one in ("shop", "cart")]
    group = {"services": services, "ingress": {"gateway": {"name": "door", "namespace": "cart"}}}
    cluster.have(GROUPS, "both", spec=group, status=live("12 of 12 proxies"))


def live(words: str, *, is_live: bool = True, since: str = "2026-11-29T12:00:00Z") -> Object:
    """Return the status that an operator gives."""
    told = {"Ready": "True", "Live": "True" if is_live else "False"}
    return {
        "observedGeneration": 1,
        "conditions": [
            {
                "type": kind,
                "status": status,
                "reason": "Live" if kind == "Live" else "Compiled",
                "message": words if kind == "Live" else "",
                "lastTransitionTime": since,
            }
            for kind, status in told.items()
        ],
    }
