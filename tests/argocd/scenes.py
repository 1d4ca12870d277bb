"""What may go wrong with lanes in Argo CD, each seen once and told.

Comes in: a control plane on which the operator and Argo CD run. Goes out: what happened, in words
and seconds. What we promise of it is asserted.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.argocd.following import Following, Json, followed, said
from tests.argocd.installation import NAMESPACE, refresh
from tests.argocd.load import load
from tests.argocd.remote import Remote
from tests.argocd.scripts import CONTRIB
from tests.argocd.story import FIRST, Story, with_lane, without_lane
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked

Tell = Callable[[str], object]
Scene = Callable[[ControlPlane, int, Tell], None]
EVEN = {"v1": 50, "v2": 50}
LOOK = 20
"""Seconds after which something that waits is looked at."""


@contextmanager
def _shop(plane: ControlPlane, *, in_waves: bool = False) -> Iterator[Following]:
    """Have an Application of a remote that nothing was pushed to yet."""
    manifest = CONTRIB / ("application-in-waves.yaml" if in_waves else "application.yaml")
    with tempfile.TemporaryDirectory() as folder:
        remote = Remote(Path(folder), in_waves=in_waves)
        remote.push("sample")
        with followed(plane, remote, manifest) as found:
            yield found


def deleted_by_hand(plane: ControlPlane, port: int, tell: Tell) -> None:
    """A lane that somebody deletes comes back; so does an object that the operator wrote."""
    with _shop(plane) as shop, load(port) as calling:
        story = Story(shop, calling, port)
        story.begin("sample", EVEN)
        begun = time.monotonic()
        asked(plane, "delete", "asmswimlane", "v2")
        _until(lambda: "v2" in asked(plane, "get", "asmswimlanes", "-o=name"))
        tell(f"lane v2 is there again after {time.monotonic() - begun:.1f} s\n")
        shop.until(lambda status: status["health"]["status"] == "Healthy", "not healthy")
        tell(f"healthy after {time.monotonic() - begun:.1f} s\n")
        story.see(EVEN)
        span = calling.lap()
        tell(f"{span.total} requests, {span.failed.total()} failed: {dict(span.failed)}\n")


def lanes_before_pods(plane: ControlPlane, _: int, tell: Tell) -> None:
    """Lanes and group in a wave before everything else: the first sync goes on."""
    with _shop(plane, in_waves=True) as shop:
        text = shop.remote.read("lanes.yaml").replace("sync-wave: '1'", "sync-wave: '-1'")
        shop.remote.write({"lanes.yaml": text})
        settled = shop.push("lanes first")
        tell(f"in and healthy after {settled.seconds:.1f} s\n")
        for thing, seen in sorted(settled.health.items()):
            tell(f"    {thing:24} {' > '.join(seen)}\n")


def refused_commit(plane: ControlPlane, _: int, tell: Tell) -> None:
    """A commit that the API server refuses; the one that mends it is taken at once."""
    with _shop(plane) as shop:
        shop.push("sample")
        good = shop.remote.read("lanes.yaml")
        shop.remote.write({"lanes.yaml": good.replace("    version: v2", "    version: {}")})
        shop.remote.push("a mistake")
        refresh(plane, shop.name)
        shop.until(_retries, "nothing is tried again")
        tell(f"the mistake: {said(shop.seen())}\n")
        shop.remote.write({"lanes.yaml": good})
        settled = shop.push("its mend")
        tell(f"the mend is in after {settled.seconds:.1f} s\n")


def _retries(status: Json) -> bool:
    return bool(status.get("operationState", {}).get("retryCount"))


def pods_never_ready(plane: ControlPlane, port: int, tell: Tell) -> None:
    """In waves a version whose pods never get ready gets no weight; what is pushed next waits."""
    with _shop(plane, in_waves=True) as shop, load(port) as calling:
        story = Story(shop, calling, port)
        story.begin("sample", EVEN)
        _push_broken(story)
        shop.until(lambda status: "waiting for" in said(status), "it does not wait")
        tell(f"Argo CD says: {said(shop.seen())}\n")
        story.edit_route(EVEN)
        shop.remote.push("without a weight for v3")
        refresh(plane, shop.name)
        time.sleep(LOOK)
        tell(f"{LOOK} s after the next push: {said(shop.seen())}\n")
        story.see(EVEN)
        asked(plane, "patch", "application", shop.name, f"-n={NAMESPACE}", *TERMINATE)
        shop.until(lambda status: not is_running(status), "it is not terminated")
        tell(f"terminated: {said(shop.seen())}\n")
        story.edit_lanes(without_lane)
        shop.remote.write({"mock-v3.yaml": None})
        settled = shop.push("without v3")
        tell(f"without v3 healthy after {settled.seconds:.1f} s\n")
        span = calling.lap()
        tell(f"{span.total} requests, {span.failed.total()} failed: {dict(span.failed)}\n")


def _push_broken(story: Story) -> None:
    """Push v3 with a weight and with pods that no node can start."""
    story.add_pods()
    text = story.remote.read("mock-v3.yaml")
    story.remote.write({"mock-v3.yaml": text.replace("image: laneway/mock:1", "image: none:1")})
    story.edit_lanes(lambda text: with_lane(text, in_waves=True))
    story.edit_route(FIRST)
    story.remote.push("v3, which never gets ready")
    refresh(story.following.plane, story.following.name)


def is_running(status: Json) -> bool:
    """Whether an operation is under way."""
    return bool(status.get("operationState", {}).get("phase") in ("Running", "Terminating"))


TERMINATE = (
    "--type=merge",
    '-p={"status":{"operationState":{"phase":"Terminating"}}}',
)
"""What `argocd app terminate-op` writes."""


def _until(check: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not check():
        assert time.monotonic() < end
        time.sleep(0.1)


SCENES: Mapping[str, Scene] = {
    "deleted-by-hand": deleted_by_hand,
    "lanes-before-pods": lanes_before_pods,
    "refused-commit": refused_commit,
    "pods-never-ready": pods_never_ready,
}
