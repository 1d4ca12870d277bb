"""Reads the lock files and SBOMs that workloads name, beside their manifests.

Comes in: the workloads that were read, and the paths as the user wrote them. Goes out: what each
names. A file outside of these paths is not opened, wherever a link leads; a file that cannot be
read says why. What stands on standard input has no folder, so nothing is read for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from laneway.adapters.files.search import STDIN
from laneway.core.findings.codes.reading import UNREAD_PACKAGES
from laneway.core.findings.finding import Finding, finding
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.resources.packages.program_packages import PACKAGES_ANNOTATION, ProgramPackages
from laneway.core.resources.yaml.limits import LARGEST_FILE, MEGABYTE


class PackageFiles:
    """Reads the files that workloads name, again and again, parsing only what changed."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._folders = [os.path.realpath(path) for path in paths if os.path.isdir(path)]
        self._kept: dict[str, tuple[bytes, ProgramPackages | str]] = {}
        self.files: set[str] = set()
        """Where the files lie in truth, or would, that were named the last time."""
        self.findings: list[Finding] = []
        """What was wrong the last time."""

    def of(self, workloads: Iterable[Workload]) -> Mapping[Ref, ProgramPackages]:
        """Return what each workload names, if it names anything that can be read."""
        self.files, self.findings, listed = set(), [], {}
        for one in workloads:
            name = one.annotations.get(PACKAGES_ANNOTATION)
            if name is not None and one.meta.source.path != STDIN:
                found = self._named(one.meta.source.path, name)
                if isinstance(found, ProgramPackages):
                    listed[one.meta.ref] = found
                else:
                    self.findings.append(_unread(one, name, found))
        return listed

    def _named(self, manifest: str, name: str) -> ProgramPackages | str:
        """Return the packages in a file, or why it cannot be read."""
        beside = os.path.dirname(os.path.realpath(manifest))
        try:
            path = os.path.realpath(os.path.join(beside, name))
            if not any(_is_below(path, folder) for folder in (beside, *self._folders)):
                return "it lies outside of the folders that are read"
            self.files.add(path)
            if not os.path.isfile(path):
                return "there is no such file"
            with open(path, "rb") as file:
                raw = file.read(LARGEST_FILE + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            return reason or str(error)
        if len(raw) > LARGEST_FILE:
            return f"it has more than {LARGEST_FILE // MEGABYTE} MB"
        key = f"{path}\0{name}"
        earlier = self._kept.get(key)
        if earlier is None or earlier[0] != raw:
            self._kept[key] = (raw, _listed(name, raw))
        return self._kept[key][1]


def _listed(name: str, raw: bytes) -> ProgramPackages | str:
    from laneway.core.resources.packages import read_packages  # noqa: PLC0415 - few name a file

    return read_packages.read_packages(name, raw)


def _is_below(path: str, folder: str) -> bool:
    return os.path.commonpath([path, folder]) == folder


def _unread(workload: Workload, name: str, trouble: str) -> Finding:
    place = workload.place("metadata", "annotations", PACKAGES_ANNOTATION)
    ref = workload.meta.ref
    words = {"workload": f"{ref.namespace}/{ref.name}", "name": name, "trouble": trouble}
    return finding(UNREAD_PACKAGES, place, str(ref), **words)
