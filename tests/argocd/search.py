"""Releases with real Argo CD, real istiod and the operator: `./dev figures argocd`.

Each form of a release is pushed step by step under load, and what failed is counted; then come the
scenes: what is deleted by hand, lanes before their pods, a commit that cannot be applied, pods that
never get ready. Then the same pushes go to Argo CD and to `laneway sync`, and all states
are compared. It is measured how soon a push is live. What is promised is asserted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.argocd.api_server import api_server
from tests.argocd.beside import PUSHES, beside
from tests.argocd.following import followed
from tests.argocd.installation import Installation, installation
from tests.argocd.load import load
from tests.argocd.releases import actions
from tests.argocd.remote import Remote
from tests.argocd.scenes import SCENES
from tests.argocd.scripts import CONTRIB
from tests.argocd.story import Row, Story, literal, two_commits
from tests.argocd.times import times
from tests.cluster.children import Children
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import GATEWAY, asked, label
from tests.cluster.operated import kinds, operator
from tests.cluster.serving import cluster, described, start_node

PLAIN, IN_WAVES = CONTRIB / "application.yaml", CONTRIB / "application-in-waves.yaml"
FORMS: Mapping[str, tuple[Callable[[Story], None], bool]] = {
    "literal": (literal, False),
    "waves": (lambda story: literal(story, in_waves=True), True),
    "two-commits": (two_commits, False),
}
"""How a release is pushed, and whether in waves."""
TIMES, ACTIONS = "times", "actions"
"""How soon a push is live, and what is asked of a release through Argo CD's own API."""


def main() -> int:
    """Go through what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*FORMS, *SCENES, *PUSHES, TIMES, ACTIONS]
    parser.add_argument("names", nargs="*", default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--pushes", type=int, default=30, help=f"how many of {TIMES}")
    options = parser.parse_args()
    wrong: list[str] = []
    with ground() as (plane, port):
        names = [one for one in options.names if one != TIMES]
        if names:
            with installation(plane) as running:
                wrong += _all(plane, port, running, names)
        if TIMES in options.names:
            times(plane, options.pushes, _said)
    return 1 if wrong else 0


def _all(plane: ControlPlane, port: int, running: Installation, names: Sequence[str]) -> list[str]:
    """Go through some by name; return what differs between syncers and is not stated."""
    wrong: list[str] = []
    for name in names:
        _said(f"\n{name}\n")
        if name in FORMS:
            released(plane, port, name, _tell)
        elif name in PUSHES:
            wrong += beside(plane, port, name, _said)
        elif name == ACTIONS:
            actions(plane, api_server(running), _said)
        else:
            SCENES[name](plane, port, _said)
    return wrong


@contextmanager
def ground() -> Iterator[tuple[ControlPlane, int]]:
    """Start a cluster with a node, a gateway and the operator."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        plane = opened.enter_context(cluster(folder / "k", VERSIONS[:1]))
        found = described(plane.folder)
        assert found is not None
        children = Children(plane.folder / "logs")
        opened.callback(children.kill)
        start_node(plane.folder, children, ())
        label(plane, {"istio-injection": "enabled", "istio.io/rev": VERSIONS[0].replace(".", "-")})
        asked(plane, "apply", "-f", str(GATEWAY))
        ready = ("wait", "--for=condition=Available", "deployment", "--all", "--timeout=180s")
        asked(plane, *ready, "-n=istio-system")
        opened.enter_context(kinds(plane))
        opened.enter_context(operator(plane, VERSIONS[0]))
        yield plane, found.gateway


def released(plane: ControlPlane, port: int, name: str, tell: Callable[[Row], None]) -> list[Row]:
    """Go through a form of a release and return its rows, each told as soon as it is there."""
    form, in_waves = FORMS[name]
    with tempfile.TemporaryDirectory() as folder:
        remote = Remote(Path(folder), in_waves=in_waves)
        remote.push("sample")
        manifest = IN_WAVES if in_waves else PLAIN
        with followed(plane, remote, manifest) as following, load(port) as calling:
            story = Story(following, calling, port, tell)
            form(story)
            return story.rows


def _said(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()


def _tell(row: Row) -> None:
    failed = ", ".join(f"{number} x {what}" for what, number in row.failed.most_common())
    sys.stdout.write(
        f"{row.says:40} {row.seconds:6.1f} s  {row.requests:6} requests  "
        f"{row.failed.total():4} failed  {failed}\n"
    )
    for thing, seen in sorted(row.health.items()):
        sys.stdout.write(f"    {thing:24} {' > '.join(seen)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
