"""Why a pod of a cluster is not ready, by the status that its node writes.

Comes in: a Pod as the API server has it. Goes out: what is wrong with it, how to mend it and the
command that shows more; of a pod that only begins, since when it does. A ready pod has no trouble,
nor has one that is going away or has done its work.
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, ValidationError, field, json

from laneway.core.rules.questions.words import times
from laneway.core.views.pods_down import AilingPod

LONGEST_BEGIN = 120.0
"""Seconds in which a pod that was never ready counts as one that begins."""

_BEGINNING = frozenset({"", "ContainerCreating", "PodInitializing"})
_LONGEST_TEXT = 200


class _Ended(Struct, rename="camel"):
    reason: str = ""
    exit_code: int = 0


class _Waiting(Struct):
    reason: str = ""
    message: str = ""


class _Started(Struct, rename="camel"):
    started_at: str | None = None
    """Null where the node does not say."""


class _ContainerState(Struct):
    waiting: _Waiting | None = None
    terminated: _Ended | None = None
    running: _Started | None = None


class _ContainerStatus(Struct, rename="camel"):
    name: str = ""
    ready: bool = False
    restart_count: int = 0
    state: _ContainerState = field(default_factory=_ContainerState)
    last_state: _ContainerState = field(default_factory=_ContainerState)


class _PodCondition(Struct, rename="camel"):
    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = ""


class _ToldStatus(Struct, rename="camel"):
    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: list[_PodCondition] = []
    container_statuses: list[_ContainerStatus] = []
    init_container_statuses: list[_ContainerStatus] = []


class _ToldHead(Struct, rename="camel"):
    name: str = ""
    namespace: str = ""
    labels: Mapping[str, str] = {}
    creation_timestamp: str | None = ""
    deletion_timestamp: str | None = ""


class _ToldPod(Struct):
    metadata: _ToldHead = field(default_factory=_ToldHead)
    status: _ToldStatus = field(default_factory=_ToldStatus)


class PodTrouble(Struct, frozen=True):
    """A pod that is not ready. `begun` is since when, in seconds since 1970, if it only begins."""

    pod: AilingPod
    begun: float | None = None

    @property
    def due(self) -> float:
        """From when on it is wrong."""
        return 0.0 if self.begun is None else self.begun + LONGEST_BEGIN


class _Trouble(Struct, frozen=True):
    """What is wrong and how to mend it; `logs` are the words behind `kubectl logs` that show it."""

    why: str
    fix: str
    logs: tuple[str, ...] = ()


_told = json.Decoder(_ToldPod)


def pod_trouble(raw: bytes) -> PodTrouble | None:
    """Return what is wrong with a pod; None where nothing is."""
    try:
        found = _told.decode(raw)
    except ValidationError:
        return None
    head, status = found.metadata, found.status
    conditions = {one.type: one for one in status.conditions}
    ready = conditions.get("Ready")
    if head.deletion_timestamp or status.phase == "Succeeded" or (ready and ready.status == "True"):
        return None
    wrong = _failed(status) or _unscheduled(conditions) or _container(status)
    begun = None if wrong else _begun(head, status, ready)
    told = wrong or _waits(status, ready)
    looks = ("logs",) if told.logs else ("describe", "pod")
    command = shlex.join(["kubectl", *looks, "-n", head.namespace, head.name, *told.logs])
    name, space = head.name, head.namespace
    pod = AilingPod(space, name, told.why, command, told.fix, labels=head.labels)
    return PodTrouble(pod, begun)


def _failed(status: _ToldStatus) -> _Trouble | None:
    if status.phase != "Failed":
        return None
    why = ": ".join(one for one in (status.reason, status.message) if one) or "its phase is Failed"
    return _Trouble(_short(f"it failed ({why})"), "Delete it, so that its owner makes another one.")


def _unscheduled(conditions: Mapping[str, _PodCondition]) -> _Trouble | None:
    placed = conditions.get("PodScheduled")
    if placed is None or placed.reason != "Unschedulable":
        return None
    return _Trouble(
        _short(f"no node takes it ({placed.message})"),
        "Make room on a node, or ask for less in the pod's template.",
    )


def _container(status: _ToldStatus) -> _Trouble | None:
    """Say which container is at fault: one that waits for more than its time, or that ended."""
    for one in (*status.init_container_statuses, *status.container_statuses):
        if one.ready:
            continue
        waiting, ended = one.state.waiting, one.state.terminated
        last = ended or one.last_state.terminated
        if waiting is not None and "Image" in waiting.reason:
            why = _short(f"the image of container {one.name} cannot be had ({waiting.reason})")
            return _Trouble(why, "Mend the image's name or tag, or the secret it is pulled with.")
        is_first = ended is not None and ended.exit_code == 0 and not one.restart_count
        if (last is not None and not is_first) or one.restart_count:
            return _ended(one, last)
        if waiting is not None and waiting.reason not in _BEGINNING:
            said = f"{waiting.reason}: {waiting.message}" if waiting.message else waiting.reason
            why = _short(f"container {one.name} cannot start ({said})")
            return _Trouble(why, "Mend what it names in the pod's template, or make it.")
    return None


def _ended(one: _ContainerStatus, last: _Ended | None) -> _Trouble:
    how = ""
    if last is not None:
        reason = last.reason if last.reason not in ("", "Error") else ""
        how = f" ({reason or f'exit code {last.exit_code}'})"
    again = f", started again {times(one.restart_count)}" if one.restart_count else ""
    fix = "Look into its log why it ends; it is started again by itself."
    if last is not None and last.reason == "OOMKilled":
        fix = "Give the container more memory, or have it use less."
    previous = ("--previous",) if one.restart_count else ()
    return _Trouble(f"container {one.name} ended{how}{again}", fix, ("-c", one.name, *previous))


def _waits(status: _ToldStatus, ready: _PodCondition | None) -> _Trouble:
    """Say what a pod waits for whose containers have no fault."""
    runs = [one.name for one in status.container_statuses if not one.ready and one.state.running]
    if runs:
        why = f"container {runs[0]} runs and is not ready"
        return _Trouble(why, "Look why its readiness probe fails; describe shows what it answers.")
    if ready is not None and ready.status == "Unknown":
        why = "its node does not say how it is"
        return _Trouble(why, "Look after its node (kubectl get nodes).")
    starting = [one.name for one in status.container_statuses if not one.ready]
    if starting:
        why = f"container {starting[0]} was not started yet"
        return _Trouble(why, "Look what it waits for; describe shows its events.")
    if ready is None or not ready.message:
        return _Trouble("its status says no more than that it is not ready", "Look at its events.")
    return _Trouble(_short(f"it is not ready ({ready.message})"), "Look at its events.")


def _begun(head: _ToldHead, status: _ToldStatus, ready: _PodCondition | None) -> float | None:
    """Return since when a pod begins; None where it was ready before, or nobody knows."""
    running = (one.state.running for one in status.container_statuses)
    starts = [_time(one.started_at) for one in running if one is not None]
    known = [one for one in starts if one is not None]
    turned = _time(ready.last_transition_time) if ready else None
    if turned is not None and known and turned > max(known):
        return None  # it became not ready after all of it had been started
    since = [one for one in (turned, *known, _time(head.creation_timestamp)) if one is not None]
    return max(since, default=None)


def _time(text: str | None) -> float | None:
    try:
        return datetime.fromisoformat(text or "").timestamp()
    except ValueError:
        return None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
