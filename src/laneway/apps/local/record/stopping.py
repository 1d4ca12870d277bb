"""Stopping workloads of a running mesh, and bringing them back.

Comes in: a mesh's folder and the name of a workload or replica as a user types it. Goes out: the
files that say what is to stay down, and, once the process that runs the mesh has done so, how it
came out. Nothing is started or ended here: that process follows what the files say.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from laneway.apps.local.record.outside import look
from laneway.apps.local.record.state import MeshFolder, MeshRecord, WorkloadRecord
from laneway.apps.local.record.stopped import LOOK_AGAIN, keep_down, let_up, read_stopped
from laneway.core.resources.meta import Ref

PATIENCE = 45.0
"""Seconds to wait: longer than a program may take to end, or to become ready."""

PAUSE = 0.02


class UnknownWorkloadError(ValueError):
    """A name that no workload of the mesh has, or several; the text says which there are."""


class CannotFollowError(Exception):
    """The mesh does not run, or did not do what it was asked for; the text says why."""


class Choice(Struct, frozen=True):
    """What a name means. `entry` is how it is noted as stopped, `replicas` are its replicas' names.

    `rest` are the other replicas of a replica's workload, `whole` is how that one is noted.
    """

    text: str
    entry: str
    whole: str
    replicas: frozenset[str]
    rest: frozenset[str] = frozenset()


def stop(folder: MeshFolder, texts: Sequence[str], wait: Callable[[float], None]) -> list[str]:
    """Stop workloads or replicas and wait until they are; return what to say of each.

    Requests that are under way are answered first. Raises UnknownWorkloadError, CannotFollowError.
    """
    choices = _choices(folder, texts)
    known = read_stopped(folder).names
    new = [one for one in choices if known.isdisjoint((one.entry, one.whole))]
    keep_down(folder, [one.entry for one in new])
    _until(folder, new, "stopped", wait)
    return [f"{one.text} is {'' if one in new else 'already '}stopped" for one in choices]


def start(folder: MeshFolder, texts: Sequence[str], wait: Callable[[float], None]) -> list[str]:
    """Start what was stopped and wait until it is ready; return what to say of each.

    Raises UnknownWorkloadError, CannotFollowError.
    """
    choices = _choices(folder, texts)
    known = read_stopped(folder).names
    new = [one for one in choices if not known.isdisjoint({one.entry, one.whole, *one.replicas})]
    for one in new:
        if one.whole in read_stopped(folder).names:
            keep_down(folder, one.rest)
        let_up(folder, {one.entry, one.whole, *one.replicas})
    _until(folder, new, "ready", wait)
    return [f"{one.text} is {'ready' if one in new else 'not stopped'}" for one in choices]


def restart(folder: MeshFolder, texts: Sequence[str], wait: Callable[[float], None]) -> list[str]:
    """Stop workloads or replicas, start them anew and wait until they are ready.

    What was stopped before comes up as well. Raises UnknownWorkloadError, CannotFollowError.
    """
    stop(folder, texts, wait)
    start(folder, texts, wait)
    return [f"{text} is ready again" for text in dict.fromkeys(texts)]


def names(folder: MeshFolder, *, stopped: bool) -> list[str]:
    """Return what can be stopped, or what is, for completion: workloads, then replicas."""
    record = look(folder).record
    programs = [one for one in _programs(record) if (one.state == "stopped") == stopped]
    spelled = [one.workload for one in programs] + [one.name for one in programs]
    return list(dict.fromkeys(spelled))


def programs_of(folder: MeshFolder, text: str) -> list[WorkloadRecord]:
    """Return the programs that a name means, in the order of their replicas.

    Raises UnknownWorkloadError, CannotFollowError.
    """
    record = _running(folder)
    chosen = _choice(record, text).replicas
    return [one for one in _programs(record) if one.name in chosen]


def _programs(record: MeshRecord | None) -> list[WorkloadRecord]:
    return [one for one in record.workloads if one.name] if record is not None else []


def _ref(one: WorkloadRecord) -> str:
    return str(Ref(one.kind, one.namespace, one.workload))


def _choices(folder: MeshFolder, texts: Iterable[str]) -> list[Choice]:
    record = _running(folder)
    return [_choice(record, text) for text in dict.fromkeys(texts)]


def _running(folder: MeshFolder) -> MeshRecord:
    seen = look(folder)
    if seen.record is None:
        raise CannotFollowError(f"mesh {folder.name} is not running; `laneway up` starts one")
    if seen.condition == "orphaned":
        private = seen.record.interception is not None
        then = "ends what is left and starts anew" if private else "takes it over"
        raise CannotFollowError(
            f"the process that ran mesh {folder.name} was killed; `laneway up` {then}"
        )
    if seen.record.state != "ready":
        raise CannotFollowError(f"mesh {folder.name} is still starting")
    return seen.record


def _choice(record: MeshRecord, text: str) -> Choice:
    programs = _programs(record)
    refs = list(dict.fromkeys(_ref(one) for one in programs if text in _spellings(one)))
    if len(refs) == 1:
        replicas = frozenset(one.name for one in programs if _ref(one) == refs[0])
        return Choice(text, refs[0], refs[0], replicas)
    if refs:
        raise UnknownWorkloadError(f"{text} may be {' or '.join(refs)}; name a replica instead")
    for one in programs:
        if text in (one.name, one.replica):
            rest = {other.name for other in programs if _ref(other) == _ref(one)} - {one.name}
            return Choice(text, one.name, _ref(one), frozenset([one.name]), frozenset(rest))
    known = ", ".join(dict.fromkeys(one.workload for one in programs)) or "none"
    raise UnknownWorkloadError(
        f"mesh {record.name} has no workload or replica {text}; workloads are: {known}"
    )


def _spellings(one: WorkloadRecord) -> tuple[str, str, str]:
    return one.workload, f"{one.namespace}/{one.workload}", _ref(one)


def _until(
    folder: MeshFolder, choices: Sequence[Choice], state: str, wait: Callable[[float], None]
) -> None:
    """Wait until all replicas of the choices are in a state."""
    chosen = {name for one in choices for name in one.replicas}
    if not chosen:
        return
    os.kill(_running(folder).pid, LOOK_AGAIN)
    ends = time.monotonic() + PATIENCE
    while True:
        programs = [one for one in _programs(_running(folder)) if one.name in chosen]
        if all(one.state == state for one in programs):
            return
        failed = next((one for one in programs if state == "ready" and one.state == "ended"), None)
        if failed is not None:
            raise CannotFollowError(
                f"{failed.replica} ended with {failed.reason}; its log is {failed.log}"
            )
        if time.monotonic() > ends:
            late = ", ".join(one.replica for one in programs if one.state != state)
            raise CannotFollowError(f"not {state} after {PATIENCE:.0f} s: {late}")
        wait(PAUSE)
