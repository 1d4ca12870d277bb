"""The ways to write a mesh's lanes that are held side by side.

Comes in: a name, and for one's own the flags of `laneway render` or a folder of plain objects. Goes
out: Istio's objects, with the last lane and without it. What is rendered comes from the command as
users run it; `today` is another Laneway, such as that of an older checkout.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml_rs
from msgspec import Struct

from tests.cost.meshes import Size, written
from tests.laws.objects import Object
from tests.wire.laneway_up import COMMAND

BUILT_IN = {
    "istio": "--layout istio",
    "asm": "--layout asm",
    "sparse": "--layout istio --sparse",
    "scoped": "--layout scoped",
    "scoped-wildcard": "--layout scoped --scoped-form wildcard",
    "scoped-exact": "--layout scoped --scoped-form exact",
}
NONE, TODAY = "none", "today"
ORDER = ("DestinationRule", "VirtualService")
"""In which objects are written: what routes lead to is there before them."""


class Layout(Struct, frozen=True):
    """A way to write lanes. Without words and folder there are none."""

    name: str
    words: tuple[str, ...] = ()
    folder: Path | None = None


class Written(Struct, frozen=True):
    """What a layout makes of a mesh: without the last lane, and with it."""

    before: list[Object]
    after: list[Object]

    @property
    def changed(self) -> list[Object]:
        """What the last lane writes anew, in order."""
        known = {_place(item): item for item in self.before}
        return [item for item in self.after if known.get(_place(item)) != item]


def layout(told: str, baseline: str | None) -> Layout:
    """Read `NAME`, `NAME=FLAGS` or `NAME=@FOLDER`, with before.yaml and after.yaml.

    >>> layout("own=--layout asm", None).words[-2:]
    ('--layout', 'asm')
    """
    name, _, more = told.partition("=")
    if more.startswith("@"):
        return Layout(name, folder=Path(more[1:]))
    if name == NONE:
        return Layout(name)
    if name == TODAY:
        if not baseline:
            raise SystemExit("today is what --baseline renders: name another laneway")
        return Layout(name, (baseline, "render", *shlex.split(more or BUILT_IN["istio"])))
    return Layout(name, (*COMMAND, "render", *shlex.split(more or BUILT_IN[name])))


def objects_of(layout: Layout, size: Size, work: Path) -> Written:
    """Return what a layout makes of a mesh; `work` keeps the files it is rendered from."""
    if layout.folder:
        texts = ((layout.folder / f"{name}.yaml").read_text() for name in ("before", "after"))
        return Written(*(_sorted(_documents(text)) for text in texts))
    if not layout.words:
        return Written([], [])
    return Written(
        *(_rendered(layout, size, lanes, work) for lanes in (size.lanes, size.lanes + 1))
    )


def _rendered(layout: Layout, size: Size, lanes: int, work: Path) -> list[Object]:
    folder = work / f"lanes-{lanes}"
    if not folder.exists():
        folder.mkdir(parents=True)
        text = "\n---\n".join(map(json.dumps, written(size, lanes)))
        (folder / "mesh.yaml").write_text(text)
    command = [*layout.words, "-o", "json", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{layout.name}: {done.stderr[-2000:]}")
    items: list[Object] = json.loads(done.stdout)["items"]
    return _sorted(items)


def _documents(text: str) -> Iterator[Object]:
    for one in text.split("\n---\n"):
        if isinstance(found := yaml_rs.loads(one), dict):
            yield found


def _sorted(items: Iterable[Object]) -> list[Object]:
    known = [item for item in items if item["kind"] in ORDER]
    return sorted(known, key=lambda item: ORDER.index(item["kind"]))


def _place(item: Object) -> tuple[str, str, str]:
    meta = item["metadata"]
    return item["kind"], meta["namespace"], meta["name"]
