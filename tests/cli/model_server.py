"""A model of an API server over HTTP: what a command asks of a cluster, and nothing else.

Comes in: objects, and what is refused. Goes out: discovery, lists, and watches that tell what is
there and then what a test put down to come. It takes no write: one that is tried is noted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

Object = dict[str, Any]
Resource = tuple[str, str, str]
"""An API group, a version and the plural name."""
LANES, ISTIO = "istio.alibabacloud.com", "networking.istio.io"
KINDS: dict[str, Resource] = {
    "ASMSwimLaneGroup": (LANES, "v1", "asmswimlanegroups"),
    "ASMSwimLane": (LANES, "v1", "asmswimlanes"),
    "VirtualService": (ISTIO, "v1", "virtualservices"),
    "DestinationRule": (ISTIO, "v1", "destinationrules"),
    "Gateway": (ISTIO, "v1", "gateways"),
    "Sidecar": (ISTIO, "v1", "sidecars"),
    "Service": ("", "v1", "services"),
    "Pod": ("", "v1", "pods"),
    "Namespace": ("", "v1", "namespaces"),
    "Secret": ("", "v1", "secrets"),
}
_CLUSTER_WIDE = frozenset({"ASMSwimLaneGroup", "ASMSwimLane", "Namespace"})
_INITIAL_END = {"annotations": {"k8s.io/initial-events-end": "true"}, "resourceVersion": "1"}


class ModelServer:
    """The server. `asked` are the method and path of each request, in order."""

    def __init__(self) -> None:
        self.objects: list[Object] = []
        self.served = set(KINDS)
        self.forbidden: set[str] = set()
        self.failing: set[str] = set()
        self.refused = 0
        """A status with which everything is answered, if not 0."""
        self.coming: list[Object] = []
        """What a watch tells after what is there."""
        self.asked: list[tuple[str, str]] = []

    def put(self, text: str) -> None:
        """Put objects of a YAML text there, as a server keeps them."""
        for one in yaml.load_all(text, yaml.CSafeLoader):
            head = one["metadata"]
            if one["kind"] not in _CLUSTER_WIDE:
                head.setdefault("namespace", "default")
            head |= {"uid": f"uid-{len(self.objects)}", "resourceVersion": "1", "generation": 1}
            head.setdefault("creationTimestamp", "2026-01-01T00:00:00Z")
            self.objects.append(one)

    def find(self, kind: str, name: str) -> Object:
        """Return an object."""
        return next(
            one for one in self.objects if (one["kind"], one["metadata"]["name"]) == (kind, name)
        )

    def discovery(self, *, is_core: bool) -> Object:
        """Return what kinds there are."""
        groups: dict[str, list[Object]] = {}
        for kind in sorted(self.served):
            group, _, plural = KINDS[kind]
            scope = "Cluster" if kind in _CLUSTER_WIDE else "Namespaced"
            one = {
                "resource": plural,
                "responseKind": {"kind": kind},
                "scope": scope,
                "verbs": ["get", "list", "watch"],
            }
            groups.setdefault(group, []).append(one)
        return {
            "kind": "APIGroupDiscoveryList",
            "items": [
                {"metadata": {"name": group}, "versions": [{"version": "v1", "resources": some}]}
                for group, some in groups.items()
                if (group == "") == is_core
            ],
        }


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: _Listening
    protocol_version = "HTTP/1.1"
    wbufsize = 2**16  # head and body at once: a client waits 40 ms between two parts

    def do_GET(self) -> None:
        model, parts = self.server.model, urlsplit(self.path)
        model.asked.append(("GET", parts.path))
        if model.refused:
            self._answer(model.refused, {"kind": "Status", "code": model.refused})
        elif parts.path in ("/api", "/apis"):
            self._answer(200, model.discovery(is_core=parts.path == "/api"))
        else:
            self._objects(model, parts.path, parse_qs(parts.query))

    def _objects(self, model: ModelServer, path: str, query: dict[str, list[str]]) -> None:
        plural = path.rpartition("/")[2]
        kind = next((one for one in model.served if KINDS[one][2] == plural), "")
        if not kind or plural in model.forbidden:
            said = f'{plural} is forbidden: User "viewer" cannot list resource "{plural}"'
            code = 403 if kind else 404
            self._answer(code, {"kind": "Status", "code": code, "message": said})
            return
        if plural in model.failing:
            self._answer(500, {"kind": "Status", "code": 500, "message": "conversion failed"})
            return
        found = [one for one in model.objects if one["kind"] == kind]
        if "watch" in query:
            self._watched(model, kind, found, is_new="sendInitialEvents" in query)
        else:
            # a list of a kind that is built in names it in none of its items
            bare = [
                {key: one[key] for key in one if key not in ("apiVersion", "kind")} for one in found
            ]
            items = found if KINDS[kind][0] else bare
            self._answer(200, {"kind": f"{kind}List", "metadata": {}, "items": items})

    def _watched(self, model: ModelServer, kind: str, found: list[Object], *, is_new: bool) -> None:
        events = [{"type": "ADDED", "object": one} for one in found if is_new]
        if is_new:
            events.append({"type": "BOOKMARK", "object": {"metadata": _INITIAL_END}})
        events += [
            {"type": "MODIFIED", "object": one} for one in model.coming if one["kind"] == kind
        ]
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("connection", "close")
        self.end_headers()
        for event in events:
            self.wfile.write(json.dumps(event).encode() + b"\n")
        self.wfile.flush()
        self.rfile.read(1)  # the client ends it

    def do_PATCH(self) -> None:
        self.server.model.asked.append(("PATCH", self.path))
        self._answer(405, {"kind": "Status", "code": 405})

    do_POST = do_PUT = do_DELETE = do_PATCH  # noqa: N815 - as the class has it

    def _answer(self, code: int, body: Object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, model: ModelServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.model = model


@contextmanager
def listening(model: ModelServer, file: Path) -> Iterator[None]:
    """Have the server listen, and a kubeconfig say where."""
    server = _Listening(model)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    where = f"http://127.0.0.1:{server.server_address[1]}"
    write_kubeconfig(file, where)
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_kubeconfig(file: Path, where: str, name: str = "model") -> None:
    """Write a kubeconfig of one context."""
    file.write_text(
        json.dumps(
            {
                "clusters": [{"name": name, "cluster": {"server": where}}],
                "users": [{"name": name, "user": {"token": "a"}}],
                "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
                "current-context": name,
            }
        )
    )
