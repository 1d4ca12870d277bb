"""What to tell of the paths themselves: what was left out, what a tool has to make, what is empty.

Comes in: what a search found and what was read. Goes out: findings, each thing told once however
often it is met. Apart from the search, which only finds, and from the reading, which looks inside.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from laneway.adapters.files.glance import Glance
from laneway.adapters.files.search import STDIN, FoundFiles
from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source
from laneway.core.resources.readings import FileReading
from laneway.core.resources.yaml.spelling import some

_MAKERS = (
    ("charts", "a Helm chart", "Helm charts", "helm template"),
    ("overlays", "a kustomize overlay", "kustomize overlays", "kubectl kustomize"),
)


def about_paths(
    found: FoundFiles, glances: Mapping[str, Glance], read_on: Sequence[str]
) -> list[Finding]:
    """Tell of charts and overlays, of what was left out, and of what is read on in spite of it."""
    return [*_not_rendered(found), *_left_out(glances, read_on), *_read_on(read_on)]


def nothing_in(
    readings: Sequence[FileReading], stdin: bytes, told: Sequence[Finding]
) -> list[Finding]:
    """Tell that standard input, or everything together, holds no object; nothing if some does."""
    for one in readings:
        if one.path == STDIN and not one.unread and (one.foreign or not one.parts):
            return [_empty_input(stdin)]
    silent = not any(one.resources or one.other_kinds or one.unread for one in readings)
    if not silent or told:
        return []
    place = Place(Source(readings[0].path)) if readings else None
    names = ["standard input" if one.path == STDIN else one.path for one in readings]
    words = {
        "what": f"{some(names)}: no Kubernetes object is in the input",
        "fix": "Check the paths: name the folder or the file that holds the objects.",
    }
    return [finding(reading.NO_INPUT, place, **words)]


def _empty_input(stdin: bytes) -> Finding:
    text = stdin.decode(errors="replace").strip()
    what = "standard input is empty" if not text else "standard input holds no Kubernetes object"
    fix = "Look at what the command before the pipe says when it is run alone."
    place = Place(Source(STDIN, text=text.partition("\n")[0]), (), 0)
    return finding(reading.NO_INPUT, place, what=what, fix=fix)


def _not_rendered(found: FoundFiles) -> Iterator[Finding]:
    for kind, one, several, command in _MAKERS:
        folders = sorted(set(getattr(found, kind)))
        if folders:
            what = f"{some(folders)} {f'is {one}' if len(folders) == 1 else f'are {several}'}"
            words = {"what": what, "command": f"{command} {folders[0]} | laneway check -"}
            yield finding(reading.NOT_RENDERED, Place(Source(folders[0])), **words)


def _left_out(glances: Mapping[str, Glance], read_on: Sequence[str]) -> Iterator[Finding]:
    paths = [path for path, seen in glances.items() if seen.manifests and _is_told(path)]
    if paths:
        folders = sum(map(os.path.isdir, paths))
        files = len(paths) - folders
        counts = [_counted(folders, "folder"), _counted(files, "file")]
        count = " and ".join(filter(None, counts)) + (" is" if len(paths) == 1 else " are")
        place = Place(Source(paths[0]))
        yield finding(reading.NOT_ENTERED, place, count=count, names=some(paths))
    lanes = [seen.lanes for seen in glances.values() if seen.lanes and seen.lanes not in read_on]
    if lanes:
        verb = "is" if len(lanes) == 1 else "are"
        place = Place(Source(lanes[0]))
        yield finding(reading.IGNORED_LANES, place, names=some(lanes), verb=verb)


def _is_told(path: str) -> bool:
    """Whether leaving a path out is worth a word: hidden files are nobody's manifests."""
    return os.path.isdir(path) or not os.path.basename(path).startswith(".")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else ""


def _read_on(paths: Sequence[str]) -> Iterator[Finding]:
    if paths:
        verb = "is" if len(paths) == 1 else "are"
        place = Place(Source(paths[0]))
        yield finding(reading.KEPT_THOUGH_IGNORED, place, names=some(paths), verb=verb)
