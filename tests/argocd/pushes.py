"""The pushes of a release, and of what may go wrong with one, as commits for two syncers.

Comes in: a remote with the sample in its work tree. Goes out: commits, in order, none of them
pushed yet; the second time they are the very same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from tests.argocd.remote import Remote
from tests.argocd.story import BACK, FIRST, STAGES, Edits, with_lane, without_lane

EVEN = {"v1": 50, "v2": 50}
STAYS = "  annotations: {argocd.argoproj.io/sync-options: Prune=false}\n"
LANES = "lanes.yaml"


class Push(Struct, frozen=True):
    """A commit. `is_well` says that all is to come to be healthy; `by_hand` what somebody does."""

    says: str
    commit: str
    is_well: bool = True
    by_hand: tuple[tuple[str, ...], ...] = ()


def release(remote: Remote, *, in_waves: bool = False) -> Iterator[Push]:
    """Yield a release from its first push to its cleanup, and two edits by hand behind it."""
    edits = Edits(remote)

    def committed(says: str) -> Push:
        return Push(says, remote.commit(says))

    yield committed("v1 and v2")
    edits.add_pods()
    edits.edit_lanes(lambda text: with_lane(text, in_waves=in_waves))
    edits.edit_route(FIRST)
    yield committed("v3 and its weight, 60/30/10")
    for weights in (*STAGES, FIRST, BACK):
        edits.edit_route(weights)
        yield committed("weights " + "/".join(map(str, weights.values())))
    edits.edit_route(EVEN)
    edits.edit_lanes(without_lane)
    remote.write({"mock-v3.yaml": None})
    last = committed("cleanup")
    yield last
    weight = '[{"op": "replace", "path": "/spec/http/0/route/0/weight", "value": 7}]'
    patch = ("patch", "virtualservice", "mock", "-n=istio-system", "--type=json", f"-p={weight}")
    yield Push("a weight edited by hand", last.commit, by_hand=(patch,))
    yield Push("a lane deleted by hand", last.commit, by_hand=(("delete", "asmswimlane", "v2"),))


def without_pods(remote: Remote) -> Iterator[Push]:
    """Yield a few pushes of the sample without its pods, for which nobody has to wait."""
    author = _Author(remote)
    for one in remote.tree.glob("mock-*.yaml"):
        one.unlink()
    yield author.committed("lanes and a route", is_well=True)
    author.edit_lanes(with_lane)
    author.edit_route({"v1": 90, "v2": 10})
    yield author.committed("one more lane, and other weights", is_well=True)
    yield author.mended("without it")


class _Author(Edits):
    """Somebody who commits mistakes, and mends them."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(remote)
        self.good = {name: remote.read(name) for name in (LANES, "route.yaml")}

    def committed(self, says: str, *, is_well: bool = False) -> Push:
        """Commit what was edited."""
        return Push(says, self.remote.commit(says), is_well)

    def mended(self, says: str) -> Push:
        """Commit lanes and route as they were at first."""
        self.remote.write(self.good)
        return self.committed(says, is_well=True)


def troubles(remote: Remote) -> Iterator[Push]:
    """Yield what does not come to an end, each followed by its mend."""
    author = _Author(remote)
    yield author.committed("v1 and v2", is_well=True)
    yield from _of_pods(author)
    yield from _of_mistakes(author)
    yield from _of_pruning(author)


def _of_pods(author: _Author) -> Iterator[Push]:
    author.edit_lanes(with_lane)
    yield author.committed("a lane without pods", is_well=True)
    author.add_pods()
    pods = author.remote.read("mock-v3.yaml")
    author.remote.write({"mock-v3.yaml": pods.replace("image: laneway/mock:1", "image: none:1")})
    yield author.committed("its pods, which never start")
    author.edit_route(FIRST)
    yield author.committed("a weight for them")
    author.remote.write({"mock-v3.yaml": None})
    yield author.mended("without them")


def _of_mistakes(author: _Author) -> Iterator[Push]:
    for says, edit in MISTAKES.items():
        author.edit_lanes(edit)
        yield author.committed(says)
        yield author.mended(f"without {says}")
    author.edit_lanes(_is_illegal)
    author.edit_route({"v1": 90, "v2": 10})
    yield author.committed("a weight beside one that is refused")
    yield author.mended("without both")


def _of_pruning(author: _Author) -> Iterator[Push]:
    text = author.remote.read("mock-v2.yaml")
    kept = text.replace("metadata:\n", "metadata:\n" + STAYS, 1)
    author.remote.write({"mock-v2.yaml": kept})
    yield author.committed("one that is to stay", is_well=True)
    author.remote.write({"mock-v2.yaml": kept.partition("---\n")[2]})
    yield author.committed("without it")
    author.remote.write({"mock-v2.yaml": text})
    yield author.committed("with it again", is_well=True)
    for one in author.remote.tree.glob("*.yaml"):
        one.unlink()
    yield author.committed("nothing at all")


def _is_no_yaml(text: str) -> str:
    return text + "---\nkind: [\n"


def _is_illegal(text: str) -> str:
    return text.replace("    version: v2", "    version: {}")


def _has_no_host(text: str) -> str:
    return text.replace("name: mocka", "name: nobody")


MISTAKES: dict[str, Callable[[str], str]] = {
    "a file that is no YAML": _is_no_yaml,
    "an object that the API server refuses": _is_illegal,
    "a service that is not there": _has_no_host,
}
"""What somebody may write into the file of the lanes."""
