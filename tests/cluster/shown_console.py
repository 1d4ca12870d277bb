"""A console beside a real cluster, in a process of its own, and browsers of it.

Comes in: a control plane. Goes out: answers of the API and events as they come. Where the console
stands behind a proxy, browsers do themselves what that would do: add a token to each request.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct, field

from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, environment, free_ports
from tests.cluster.lanes import asked

NAME = "console"
COMMAND = (sys.executable, "-P", str(Path(__file__).with_name("hasty.py")))
PATIENCE = 60.0
GRANTED = "made-for=console"
"""The label of rights that `grant` has made."""
PAGE = 4096
"""Bytes of a page of memory."""


class ShownConsole(Struct, frozen=True):
    """A running console."""

    origin: str
    children: Children
    browsers: list[httpx.Client] = field(default_factory=list)

    def browser(self, token: str) -> httpx.Client:
        """Return a browser of whoever has a token; it ends with the console."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.browsers.append(httpx.Client(base_url=self.origin, headers=headers, timeout=PATIENCE))
        return self.browsers[-1]

    @property
    def said(self) -> str:
        """All that it has written."""
        return self.children.log_of(NAME).read_text()

    @property
    def memory(self) -> int:
        """Bytes of memory that it holds."""
        process = self.children.running[NAME].pid
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE


@contextmanager
def console_for_many(plane: ControlPlane, folder: Path, *words: str) -> Iterator[ShownConsole]:
    """Have a console serve whoever comes with a token."""
    (port,) = free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    children = Children(folder)
    where = (f"--public-origin={origin}", f"--address=127.0.0.1:{port}")
    kubeconfig = f"--kubeconfig={plane.kubeconfig}"
    command = (*COMMAND, "console", "--proxied", *where, kubeconfig, *words)
    children.start(NAME, command, environment(folder))
    found = ShownConsole(origin, children)
    try:
        until(lambda: "Serving" in found.said, lambda: children.last_words(NAME))
        yield found
    finally:
        for browser in found.browsers:
            browser.close()
        children.kill()


@contextmanager
def console_of_oneself(plane: ControlPlane, folder: Path, *words: str) -> Iterator[ShownConsole]:
    """Have a console run as whoever the kubeconfig says, and a browser that came in by its link."""
    children = Children(folder)
    (port,) = free_ports(1)
    command = (*COMMAND, "console", f"--kubeconfig={plane.kubeconfig}", f"--port={port}", *words)
    told = environment(folder) | {"XDG_STATE_HOME": str(folder / "state")}
    children.start(NAME, command, told)
    found = ShownConsole(f"http://127.0.0.1:{port}", children)
    try:
        until(lambda: "/enter?token=" in found.said, lambda: children.last_words(NAME))
        browser = found.browser("")
        (link,) = [one for one in found.said.splitlines() if "/enter?token=" in one]
        browser.headers["origin"] = found.origin
        assert browser.get(link, follow_redirects=True).status_code == 200
        yield found
    finally:
        for browser in found.browsers:
            browser.close()
        children.kill()


def until(holds: Callable[[], bool], problem: Callable[[], object]) -> None:
    """Return as soon as something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, problem()
        time.sleep(0.05)


def known(browser: httpx.Client, path: str = "/api/v1/mesh") -> httpx.Response:
    """Ask until the console has looked for the first time."""
    answer = browser.get(path)
    end = time.monotonic() + PATIENCE
    while answer.status_code == 503 and "Nothing is known yet" in answer.text:
        assert time.monotonic() < end, answer.text
        time.sleep(0.05)
        answer = browser.get(path)
    return answer


@contextmanager
def events(browser: httpx.Client) -> Iterator[Iterator[dict[str, Any]]]:
    """Hear events, each as its name and its value."""

    def told(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
        name = ""
        for line in lines:
            word, _, rest = line.partition(": ")
            if word == "event":
                name = rest
            elif word == "data":
                yield {"event": name, "text": line, **json.loads(rest)}

    with browser.stream("GET", "/api/v1/events") as answer:
        assert answer.status_code == 200
        yield told(answer.iter_lines())


def account(plane: ControlPlane, name: str) -> str:
    """Make a ServiceAccount that may do nothing; return a token of it."""
    asked(plane, "create", "serviceaccount", name, "-n=default")
    return asked(plane, "create", "token", name, "-n=default", "--duration=1h").strip()


def let_view(plane: ControlPlane, name: str, namespace: str) -> None:
    """Let an account read a namespace, by a Role and nothing else."""
    words = ("--verb=get,list,watch", "--resource=services,pods", f"-n={namespace}")
    asked(plane, "create", "role", name, *words)
    bound = (f"--role={name}", f"--serviceaccount=default:{name}", f"-n={namespace}")
    asked(plane, "create", "rolebinding", name, *bound)


def grant(plane: ControlPlane, name: str, *rules: Mapping[str, Any]) -> None:
    """Let an account do what rules say, in the whole cluster; what is made has a label."""
    group = "rbac.authorization.k8s.io"
    head = {"name": name, "labels": dict([GRANTED.split("=")])}
    of_role = {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": head}
    bound = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": head,
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "default"}],
    }
    told = json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": [of_role | {"rules": rules}, bound]}
    )
    asked(plane, "apply", "--server-side", "-f", "-", told=told)
