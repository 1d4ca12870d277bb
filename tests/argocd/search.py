"""Releases with real Argo CD, real istiod and the operator: `./dev figures argocd`.

Each form of a release is pushed step by step under load, and what failed is counted; then come the
scenes: what is deleted by hand, lanes before their pods, a commit that cannot be applied, pods that
never get ready. Prints tables; what a form promises is asserted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.argocd.following import followed
from tests.argocd.installation import installation
from tests.argocd.load import load
from tests.argocd.remote import Remote
from tests.argocd.scenes import SCENES
from tests.argocd.scripts import CONTRIB
from tests.argocd.story import Row, Story, literal, two_commits
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


def main() -> int:
    """Go through what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[*FORMS, *SCENES], metavar="NAME")
    options = parser.parse_args()
    with ground() as (plane, port):
        for name in options.names:
            sys.stdout.write(f"\n{name}\n")
            if name in FORMS:
                released(plane, port, name, _tell)
            else:
                SCENES[name](plane, port, sys.stdout.write)
            sys.stdout.flush()
    return 0


@contextmanager
def ground() -> Iterator[tuple[ControlPlane, int]]:
    """Start a cluster with a node, a gateway, the operator and Argo CD."""
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
        opened.enter_context(installation(plane))
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
