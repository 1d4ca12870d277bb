"""The bytes of files that are edited: read, and written so that nobody ever sees half of them.

Comes in: paths, and bytes. Goes out: bytes; or a file replaced in one move, with the permissions
it had, where a link leads to it. Templates, patches and kustomizations below paths are found as
the search finds them. Raises OSError where the system refuses.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from laneway.adapters.files.search import TEMPLATES, search
from laneway.core.edits.other_tools import ToolFile
from laneway.core.resources.kustomize import NAMES
from laneway.core.resources.yaml.limits import LARGEST_FILE

_TEMPLATE_ENDINGS = (".yaml", ".yml", ".tpl", ".json")


def bytes_of(path: str) -> bytes:
    """Read a file."""
    with open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)


def held(path: str) -> bytes | None:
    """Read a file; None where there is none."""
    try:
        return bytes_of(path)
    except FileNotFoundError:
        return None


def tool_files(
    paths: Sequence[str], unread: Iterable[str], *, all_files: bool = False
) -> Iterator[ToolFile]:
    """Yield what other tools make objects of, below paths; and the files that nobody could read."""
    found = search(paths, all_files=all_files)
    for folder in dict.fromkeys(found.charts):
        for below, _, names in os.walk(os.path.join(folder, TEMPLATES)):
            wanted = sorted(name for name in names if name.endswith(_TEMPLATE_ENDINGS))
            yield from (ToolFile(path, bytes_of(path), "template") for path in _in(below, wanted))
    for path in sorted(found.patches):
        if os.path.isfile(path):
            yield ToolFile(os.path.relpath(path), bytes_of(path), "patch")
    for folder in dict.fromkeys(found.folders):
        names = sorted(name for name in NAMES if os.path.isfile(os.path.join(folder, name)))
        yield from (ToolFile(path, bytes_of(path), "kustomization") for path in _in(folder, names))
    yield from (ToolFile(path, bytes_of(path), "unread") for path in unread if os.path.isfile(path))


def _in(folder: str, names: Iterable[str]) -> Iterator[str]:
    return (os.path.join(folder, name) for name in names)


def is_there(path: str) -> bool:
    """Whether something has this name."""
    return os.path.lexists(path)


def write(path: str, raw: bytes | None) -> None:
    """Replace a file, or make it; without bytes, remove it."""
    write_all({path: raw})


def write_all(files: Mapping[str, bytes | None], aside: str = "") -> None:
    """Replace several files, or make them; those without bytes are removed.

    All are written whole before the first takes its place, so that a full disk changes none. In
    `aside`, a folder, they are not in the way of anybody if that is as far as it comes.
    """
    ready: dict[str, str] = {}
    try:
        for path, raw in files.items():
            real = os.path.realpath(path)
            if raw is not None:
                ready[real] = _written(real, raw, aside or os.path.dirname(real))
        for real, beside in ready.items():
            _moved(beside, real)
        for path, raw in files.items():
            if raw is None:
                os.remove(path)
    except BaseException:
        for beside in ready.values():
            with suppress(OSError):
                os.remove(beside)
        raise


def _written(real: str, raw: bytes, folder: str) -> str:
    """Write what a file is to hold into a folder, with its permissions; return where."""
    descriptor, beside = tempfile.mkstemp(prefix=".laneway-", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, _mode(real))
    except BaseException:
        with suppress(OSError):
            os.remove(beside)
        raise
    return beside


def _moved(beside: str, real: str) -> None:
    """Have a file take its place; one that lies on another file system is written there first."""
    try:
        os.replace(beside, real)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        os.replace(_written(real, bytes_of(beside), os.path.dirname(real)), real)


def _mode(path: str) -> int:
    """Return the permissions of a file; of a new one those that any program would give it."""
    try:
        return os.stat(path).st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
