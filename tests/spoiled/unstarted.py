"""What `laneway up` does before it starts anything: read, judge, place, and write Envoy's files.

Comes in: a folder of manifests. Goes out: the exit code `up` would end with, its findings on
standard error, Envoy's files in a folder. No program and no proxy is started.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from laneway.adapters import files
from laneway.adapters.envoy import MODULE
from laneway.adapters.envoy.files import Folder
from laneway.apps.local.mesh.announcer import Announcer
from laneway.apps.local.mesh.programs import program_of
from laneway.apps.local.mesh.up import finding_text
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.terminal.screen import Screen
from laneway.core.changes.stages import stages
from laneway.core.compile import compile_snapshot
from laneway.core.emit.envoy.config import EnvoyConfig, ProxyConfig
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.filter_module import FILE
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.next_step import Instance
from laneway.core.fleet.placing import NoRoomError, Taken
from laneway.core.gate import Refused, Revision, is_safe, revision_of
from laneway.core.mesh.one_file import one_file
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.admission import admit
from laneway.loop.step import Edited, NotLive, Serving, State

FINE, ERRORS, FAILED = 0, 1, 3
COMMANDS = Commands.of_texts(("*=@mock",), {})


def first(snapshot: Snapshot) -> Revision:
    """Return what a mesh begins with."""
    return revision_of(compile_snapshot(snapshot), COMMANDS)


def admitted(snapshot: Snapshot, before: Revision) -> Revision | None:
    """Return the revision of a mesh that is up, or None, having told why, if it stays as it is."""
    state = State(before, Serving(before, frozenset()))
    state, (news,) = admit(state, snapshot, _revise)
    if isinstance(news, Refused):
        sys.stderr.write(finding_text(news.errors))
    if isinstance(news, NotLive):
        raise news.error
    return state.wanted if isinstance(news, Edited) else None


def _revise(snapshot: Snapshot, before: Revision) -> Revision:
    return revision_of(compile_snapshot(snapshot, before.compilation), COMMANDS)


def begun(given: Path, folder: Path) -> int:
    """Begin a mesh; return what `up` would end with if nothing else failed."""
    revision = first(files.read_paths((str(given),)))
    announcer = Announcer(Screen(sys.stdout, sys.stderr), finding_text)
    announcer.found(revision.compilation.findings, revision.missing, "laneway check")
    if not is_safe(revision):
        sys.stderr.write(finding_text(revision.errors))
        return ERRORS
    return _prepared(revision, folder)


def edited(given: Path, spoiled: Path, folder: Path) -> int:
    """Edit a mesh that is up; return 0 where the edit is accepted and 1 where it is refused."""
    before = first(files.read_paths((str(given),)))
    after = admitted(files.read_paths((str(spoiled),)), before)
    if after is None:
        return ERRORS
    allocator = _settling()
    live = _config(before, allocator, allocator.settle(before.compilation.plan, before.wanted, ()))
    wanted = _config(after, allocator, allocator.settle(after.compilation.plan, after.wanted, ()))
    for stage in stages(live.proxies, wanted.proxies):
        _written(folder, stage.proxies)
    return FINE


def _settling() -> Allocator:
    return Allocator("spoiled", 8080, Taken, lambda _: True)


def _prepared(revision: Revision, folder: Path) -> int:
    """Work out all programs and write all files of all proxies, as one Envoy and as many."""
    mesh, allocator = MeshFolder(folder / "state"), _settling()
    try:
        instances = allocator.settle(revision.compilation.plan, revision.wanted, ())
    except NoRoomError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    for instance in instances:
        for wanted in instance.wanted.programs:
            program_of(mesh, instance, wanted, {})
    one_file(revision.compilation.snapshot)
    _written(folder, _config(revision, allocator, instances).proxies)
    separate = _config(revision, allocator, instances, per_workload=True)
    json.dumps([(one.listeners, one.tables) for one in separate.proxies.values()], allow_nan=False)
    return FINE


def _config(
    revision: Revision,
    allocator: Allocator,
    instances: tuple[Instance, ...],
    *,
    per_workload: bool = False,
) -> EnvoyConfig:
    mesh, plan = revision.compilation.mesh, revision.compilation.plan
    return envoy_config(mesh, plan, allocator.placement(instances), per_workload=per_workload)


def _written(path: Path, proxies: Mapping[str, ProxyConfig]) -> None:
    """Write proxies' files, and read them as Envoy does, which knows no NaN."""
    (path / "routes").mkdir(parents=True, exist_ok=True)
    if not (path / FILE).exists():
        shutil.copyfile(MODULE, path / FILE)
    for proxy in proxies.values():
        Folder(path).write(proxy)
        for file in (*path.glob("*.json"), *path.glob("routes/*.json")):
            json.loads(file.read_text(), parse_constant=_refused)
            file.unlink()


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
