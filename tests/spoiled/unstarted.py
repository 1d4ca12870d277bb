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
from laneway.apps.local.commands import Commands
from laneway.apps.local.edits import Edit, is_safe
from laneway.apps.local.fleet import Instance
from laneway.apps.local.placing import NoRoomError, Taken
from laneway.apps.local.programs import program_of
from laneway.apps.local.screen import Screen
from laneway.apps.local.settling import Settling
from laneway.apps.local.source import Source
from laneway.apps.local.state import MeshFolder
from laneway.apps.local.story import Story
from laneway.apps.local.up import finding_text
from laneway.core.emit.envoy.config import EnvoyConfig, ProxyConfig
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.envoy.stages import stages
from laneway.core.emit.filter_module import FILE
from laneway.core.mesh.one_file import one_file

FINE, ERRORS, FAILED = 0, 1, 3
COMMANDS = Commands.of_texts(("*=@mock",), {})


def sources() -> Source:
    """Return edits that are told on this process's streams."""
    return Source(COMMANDS, Story(Screen(sys.stdout, sys.stderr), finding_text))


def begun(given: Path, folder: Path) -> int:
    """Begin a mesh; return what `up` would end with if nothing else failed."""
    source = sources()
    edit = source.first(files.read_paths((str(given),)))
    source.story.found(edit.findings, "laneway check")
    if not is_safe(edit):
        sys.stderr.write(finding_text(edit.errors))
        return ERRORS
    return _prepared(edit, folder)


def edited(given: Path, spoiled: Path, folder: Path) -> int:
    """Edit a mesh that is up; return 0 where the edit is accepted and 1 where it is refused."""
    source = sources()
    before = source.first(files.read_paths((str(given),)))
    after = source.edit(files.read_paths((str(spoiled),)), before)
    if after is None:
        return ERRORS
    settling = _settling()
    live = _config(before, settling, settling.settle(before, ()))
    wanted = _config(after, settling, settling.settle(after, ()))
    for stage in stages(live.proxies, wanted.proxies):
        _written(folder, stage.proxies)
    return FINE


def _settling() -> Settling:
    return Settling("spoiled", 8080, Taken, lambda _: True)


def _prepared(edit: Edit, folder: Path) -> int:
    """Work out all programs and write all files of all proxies, as one Envoy and as many."""
    mesh, settling = MeshFolder(folder / "state"), _settling()
    try:
        instances = settling.settle(edit, ())
    except NoRoomError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    for instance in instances:
        for wanted in instance.wanted.programs:
            program_of(mesh, instance, wanted, {})
    one_file(edit.compilation.snapshot)
    _written(folder, _config(edit, settling, instances).proxies)
    separate = _config(edit, settling, instances, per_workload=True)
    json.dumps([(one.listeners, one.tables) for one in separate.proxies.values()], allow_nan=False)
    return FINE


def _config(
    edit: Edit, settling: Settling, instances: tuple[Instance, ...], *, per_workload: bool = False
) -> EnvoyConfig:
    mesh, plan = edit.compilation.mesh, edit.compilation.plan
    return envoy_config(mesh, plan, settling.placement(instances), per_workload=per_workload)


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
