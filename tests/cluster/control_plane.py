"""A real control plane on this machine: etcd, API server, controllers, and istiod of two versions.

Comes in: a folder, and the versions of Istio asked for. Goes out: running programs that listen on
127.0.0.1 alone, a kubeconfig, and where each istiod answers. No scheduler and no kubelet: a pod
waits until somebody binds it to a node. istiod sends what a stock Envoy takes: no mutual TLS, no
filters of Istio's own build.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import yaml_rs
from msgspec import Struct

from tests.cluster.api_server import ApiServer, RefusedError
from tests.cluster.children import Children
from tests.engines import engine, istio_crds

VERSIONS = ("1.31", "1.30")
"""Of Istio; the first is the one taken where nobody asks for another."""
ROOT = "istio-system"
BRIDGE = "10.244.0.1"
"""Where pods reach the API server, at the port of its service."""
PATIENCE = 120.0
"""Seconds a program gets until it answers: many times what it takes on an idle machine."""
READY = "/readyz?exclude=poststarthook/rbac/bootstrap-roles"
"""Whether all is ready but the roles for others than the administrator, which take long."""
SERVICES = "10.96.0.0/16"
"""Services' addresses; they exist in no network but those that intercept them."""
TRIES = 5
"""How often marks are written until it is told what an istiod is at.

A proxy that joins while a push begins may keep what was before that push until the next one comes:
it takes the state of all before istiod counts it among those that pushes are for (1.30, 1.31).
https://github.com/istio/istio/blob/master/pilot/pkg/xds/ads.go (initConnection)
"""
CONTROLLERS = (
    *("deployment", "replicaset", "statefulset", "endpointslice"),
    *("garbage-collector", "namespace", "serviceaccount"),
    "root-ca-certificate-publisher",
)
STOCK_ENVOY = {
    "POD_NAMESPACE": ROOT,
    "REVISION": "default",
    "XDS_AUTH": "false",
    "ENABLE_CA_SERVER": "false",
    "ENABLE_LEADER_ELECTION": "false",
    "PILOT_CERT_PROVIDER": "none",
    "PILOT_DEBOUNCE_AFTER": "10ms",
    "PILOT_MAX_REQUESTS_PER_SECOND": "10000",
    "PILOT_ENABLE_ALPN_FILTER": "false",
    "PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "PILOT_ENABLE_TELEMETRY_LABEL": "false",
    "PILOT_ENABLE_GATEWAY_API": "false",
    "INJECTION_WEBHOOK_CONFIG_NAME": "",
    "VALIDATION_WEBHOOK_CONFIG_NAME": "",
}
"""istiod's environment: nothing that only Istio's own Envoy understands, no webhooks."""
AS_INSTALLED = {key: value for key, value in STOCK_ENVOY.items() if "DEBOUNCE" not in key}
"""The same, but that it gathers changes for as long as one that is installed: figures of time."""
MESH = {
    "rootNamespace": ROOT,
    "enableAutoMtls": False,
    "enableTracing": False,
}
FIRST_OBJECTS: dict[str, dict[str, Any]] = {
    "/api/v1/namespaces": {"kind": "Namespace", "metadata": {"name": ROOT}},
    f"/apis/security.istio.io/v1/namespaces/{ROOT}/peerauthentications": {
        "kind": "PeerAuthentication",
        "metadata": {"name": "default"},
        "spec": {"mtls": {"mode": "DISABLE"}},
    },
}
"""The root namespace, and no mutual TLS: an Envoy without Istio's agent has no certificate."""


TO_PODS = "pods.sock"
"""Where the API server asks for connections to pods, which live in networks that it does not reach;
see `tests.cluster.telemetry.pages_of_proxies`."""
AUDIT_LOG = "audit.log"
AUDIT = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "Metadata", "userGroups": [f"system:serviceaccounts:{ROOT}"]},
        {"level": "None"},
    ],
}
"""What is written down: what accounts of the root namespace ask for."""
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class NotReadyError(Exception):
    """A program of the control plane ended, or did not answer in time."""


class Istiod(Struct, frozen=True):
    """A running istiod: the port where proxies ask it, and the one of its debug pages."""

    version: str
    grpc: int
    http: int


class ControlPlane(Struct, frozen=True):
    """A running control plane."""

    folder: Path
    api: ApiServer
    istiods: dict[str, Istiod]

    @property
    def kubeconfig(self) -> Path:
        """The file by which kubectl, controllers and istiod find the API server."""
        return self.folder / "kubeconfig"


def start(
    folder: Path, versions: tuple[str, ...], children: Children, *, controllers: bool = True
) -> ControlPlane:
    """Start everything; returns when all of it answers. Raises NotReadyError, EngineAbsentError.

    Without controllers nobody makes Pods of Deployments, or EndpointSlices of Pods.
    """
    etcd = _start_etcd(folder, children)
    wait(children, "etcd", partial(answers, f"{etcd}/health"))
    api = _start_api_server(folder, children, etcd)
    istiods = {version: Istiod(version, *free_ports(2)) for version in versions}
    plane = ControlPlane(folder, api, istiods)
    plane.kubeconfig.write_text(json.dumps(kubeconfig_of(api)))
    wait(children, "kube-apiserver", lambda: api.ask(READY) == "ok")
    for istiod in istiods.values():
        start_istiod(plane, children, istiod)
    for definition in _definitions():
        api.ask(DEFINITIONS, "POST", definition)
    for path, item in FIRST_OBJECTS.items():
        wait(children, "kube-apiserver", partial(_applied, api, path, item))
    wait(children, "kube-apiserver", lambda: api.ask("/readyz") == "ok")
    if controllers:
        _start_controllers(plane, children)
    for istiod in istiods.values():
        until_ready(children, istiod)
    if controllers:
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        wait(children, "kube-controller-manager", lambda: bool(api.ask(account)))
    return plane


def _definitions() -> list[dict[str, Any]]:
    """Return Istio's kinds, without the texts for people: they are most of it, and cost seconds."""
    texts = istio_crds().read_text().split("\n---\n")
    return [_without_texts(found) for one in texts if (found := yaml_rs.loads(one))]


def _without_texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_texts(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_texts(one)
        for key, one in value.items()
        if key != "description" or not isinstance(one, str)
    }


def needed(versions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the engines that a control plane with these versions of Istio consists of."""
    kubernetes = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
    return (*kubernetes, *(f"istiod-{version}" for version in versions))


def kubectl(plane: ControlPlane) -> tuple[str, ...]:
    """Return the words that start kubectl for this control plane; it keeps its cache there."""
    return (
        str(engine("kubectl")),
        f"--kubeconfig={plane.kubeconfig}",
        f"--cache-dir={plane.folder / 'kubectl'}",
    )


def free_ports(number: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _start_etcd(folder: Path, children: Children) -> str:
    """Start etcd and return its address. It may lose everything at a crash, as the folder does."""
    client, peer = (f"http://127.0.0.1:{port}" for port in free_ports(2))
    command = [
        str(engine("etcd")),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--heartbeat-interval=10",  # it elects itself, after ten of these
        "--election-timeout=100",
        "--log-level=warn",
    ]
    children.start("etcd", command, environment(folder))
    return client


def _start_api_server(folder: Path, children: Children, etcd: str) -> ApiServer:
    """Start the API server with one administrator, whose token nobody else can read."""
    certificates = folder / "certificates"
    api = ApiServer(free_ports(1)[0], secrets.token_hex(16), certificates / "apiserver.crt")
    key, tokens = folder / "accounts.key", folder / "tokens.csv"
    key.write_text(_private_key())
    policy = folder / "audit.json"
    policy.write_text(json.dumps(AUDIT))
    ways = folder / "ways.json"
    ways.write_text(json.dumps(_ways(folder / TO_PODS)))
    tokens.write_text(f"{api.token},admin,admin,system:masters\n")
    command = [
        str(engine("kube-apiserver")),
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        f"--advertise-address={BRIDGE}",  # only for its certificate, by which pods know it
        f"--secure-port={api.port}",
        f"--cert-dir={certificates}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-signing-key-file={key}",
        f"--service-account-key-file={key}",
        f"--token-auth-file={tokens}",
        "--authorization-mode=RBAC",
        f"--egress-selector-config-file={ways}",
        f"--audit-policy-file={policy}",
        f"--audit-log-path={folder / AUDIT_LOG}",
        f"--service-cluster-ip-range={SERVICES}",
        "--disable-admission-plugins=ServiceAccount",
        "--endpoint-reconciler-type=none",
        "--enable-priority-and-fairness=false",  # nobody competes here; sooner ready
    ]
    # half a second sooner there, for 200 MB that a test machine has
    # it keeps what it served for a while: of thousands of large objects, many gigabytes
    memory = {"GOGC": "400", "GOMEMLIMIT": "8GiB"}
    children.start("kube-apiserver", command, environment(folder) | memory)
    return api


def _ways(to_pods: Path) -> dict[str, Any]:
    """Return the configuration by which connections to pods are asked for at a unix socket.

    https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/
    """
    transport = {"uds": {"udsName": str(to_pods)}}
    way = {"proxyProtocol": "HTTPConnect", "transport": transport}
    return {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [{"name": "cluster", "connection": way}],
    }


def _start_controllers(plane: ControlPlane, children: Children) -> None:
    command = [
        str(engine("kube-controller-manager")),
        f"--kubeconfig={plane.kubeconfig}",
        "--controllers=" + ",".join(f"{name}-controller" for name in CONTROLLERS),
        f"--root-ca-file={plane.api.certificate}",
        "--leader-elect=false",
        "--secure-port=0",
        # ten times its own, or what lost its owner waits behind all that other tests have left
        *("--kube-api-qps=200", "--kube-api-burst=400"),
    ]
    children.start("kube-controller-manager", command, environment(plane.folder))


def start_istiod(
    plane: ControlPlane,
    children: Children,
    istiod: Istiod,
    mesh: Mapping[str, Any] = MESH,
    told: Mapping[str, str] = STOCK_ENVOY,
) -> subprocess.Popen[bytes]:
    """Start an istiod for a mesh with these settings, with these variables; see `until_ready`."""
    name = f"istiod-{istiod.version}"
    settings = plane.folder / f"mesh-{istiod.http}.yaml"
    settings.write_text(json.dumps(mesh))
    command = [
        str(engine(name)),
        "discovery",
        f"--kubeconfig={plane.kubeconfig}",
        f"--meshConfig={settings}",
        f"--networksConfig={plane.folder / 'none'}",
        f"--grpcAddr=127.0.0.1:{istiod.grpc}",
        "--secureGRPCAddr=",
        f"--httpAddr=127.0.0.1:{istiod.http}",
        "--httpsAddr=",
        f"--monitoringAddr=127.0.0.1:{free_ports(1)[0]}",
        "--ctrlz_port=0",
    ]
    return children.start(name, command, {**environment(plane.folder), **told, "POD_NAME": name})


def until_ready(children: Children, istiod: Istiod) -> None:
    """Return when a started istiod answers, which is when it knows all objects there are."""
    ready = f"http://127.0.0.1:{istiod.http}/ready"
    wait(children, f"istiod-{istiod.version}", partial(answers, ready))


def said_by(plane: ControlPlane, istiod: Istiod) -> str:
    """Return what an istiod is at, for whoever waited for it in vain.

    Which proxies have what, what its threads wait for, and the end of its log.
    """
    said = [f"istiod {istiod.version}:"]
    for page in ("syncz", "pprof/goroutine?debug=1"):
        with suppress(OSError):
            url = f"http://127.0.0.1:{istiod.http}/debug/{page}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                said.append(answer.read().decode())
    log = plane.folder / "logs" / f"istiod-{istiod.version}.log"
    return "\n".join([*said, *log.read_text(errors="replace").splitlines()[-80:]])


def environment(folder: Path) -> dict[str, str]:
    """Return an environment without a proxy, a cluster or a home of the user's."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)}


def kubeconfig_of(api: ApiServer) -> dict[str, Any]:
    """Return a kubeconfig for whoever an API server is asked as."""
    name = "laneway"
    cluster = {"server": api.url, "certificate-authority": str(api.certificate)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": {"token": api.token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def _private_key() -> str:
    """Return a new key of the curve P-256 as PEM: any number below the curve's order is one.

    https://www.rfc-editor.org/rfc/rfc5915#section-3, without the public half, which follows.
    """
    number = bytes([secrets.randbelow(255)]) + secrets.token_bytes(31)
    curve = bytes.fromhex("a00a06082a8648ce3d030107")
    whole = b"\x02\x01\x01\x04\x20" + number + curve
    text = base64.b64encode(bytes([0x30, len(whole)]) + whole).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n"


def _applied(api: ApiServer, path: str, item: dict[str, Any]) -> bool:
    """Apply an object of a kind that may have become known only now.

    The server lets who would *create* one wait for two seconds then.
    """
    version = path.removeprefix("/apis/").removeprefix("/api/").split("/namespaces")[0]
    named = f"{path}/{item['metadata']['name']}?fieldManager=cluster"
    api.ask(named, "APPLY", {"apiVersion": version, **item})
    return True


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:  # noqa: S310 - of this machine
            return bool(response.status == 200)
    except urllib.error.HTTPError as refused:
        refused.close()
        return False


def wait(children: Children, name: str, check: Callable[[], bool]) -> None:
    """Return as soon as a check holds; refusals and closed ports mean: not yet."""
    until = time.monotonic() + PATIENCE
    problem: object = "nothing"
    while time.monotonic() < until and name not in children.ended():
        try:
            if check():
                return
        except (OSError, http.client.HTTPException, RefusedError) as error:
            problem = error
        time.sleep(0.02)
    said = children.last_words(name)
    raise NotReadyError(f"{name} is not ready ({problem}); its last words: {said}")
