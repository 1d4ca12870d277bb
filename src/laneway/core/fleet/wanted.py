"""What should run: one entry for each replica of each workload, with the programs in it.

Comes in: a Mesh and the commands that stand for images. Goes out: the wanted replicas, equal as
values when nothing about them changed, and one finding for all images without a command.
Pure. Two replicas that differ in anything a pod template says are different ones, so that a change
is served by a new process beside the old one, as a cluster does it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count

from msgspec import Struct

from laneway.core.findings.codes.running import IMAGE_WITHOUT_COMMAND, NOT_STARTED
from laneway.core.findings.finding import Finding, finding
from laneway.core.fleet.commands import MOCK, Command, Commands
from laneway.core.fleet.naming import called_names, mock_variables
from laneway.core.fleet.unused import unused
from laneway.core.mesh.injection import PROXY_CONTAINER, lack_of_sidecar
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.resources.kubernetes.workloads import Container, Workload
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.words import counted, listing


class WantedProgram(Struct, frozen=True):
    """A container's program and environment.

    `ports` are (name, container port), `awaited` those it must listen on to be ready: the ones that
    Services lead to, or the first. A declared port that nobody is led to may stay closed.
    `defaults` are variables it has where neither its container nor the mesh gives it one; `calls`
    the names of the services its workload says it calls.
    """

    container: str
    image: str
    command: Command
    environment: tuple[tuple[str, str], ...]
    ports: tuple[tuple[str, int], ...]
    awaited: tuple[int, ...]
    defaults: tuple[tuple[str, str], ...] = ()
    calls: tuple[str, ...] = ()


class Wanted(Struct, frozen=True):
    """A replica that should run. `name` is unique in the mesh and safe as a file's name."""

    name: str
    workload: Ref
    caller: Caller
    sidecar: bool
    programs: tuple[WantedProgram, ...]

    @property
    def ports(self) -> tuple[int, ...]:
        """The container ports of all its programs, each once."""
        numbers = (number for program in self.programs for _, number in program.ports)
        return tuple(dict.fromkeys(numbers))


def wanted_replicas(mesh: Mesh, commands: Commands) -> tuple[tuple[Wanted, ...], list[Finding]]:
    """Return what should run, and what cannot."""
    names = _Names()
    targets = _targets(mesh)
    wanted: list[Wanted] = []
    lacking: list[tuple[Workload, Container]] = []
    able = [workload for workload in mesh.workloads if _can_run(workload)]
    for workload in able:
        missing = _without_command(workload, commands)
        lacking += ((workload, container) for container in missing)
        if missing or not _containers(workload):
            continue
        led_to = targets.get(workload.meta.ref, frozenset())
        programs = tuple(_programs(mesh, workload, commands, led_to))
        sidecar = lack_of_sidecar(mesh, workload) is None
        ref, caller = workload.meta.ref, Caller.of(workload)
        wanted += [Wanted(name, ref, caller, sidecar, programs) for name in names.of(workload)]
    findings = [*_not_started(mesh), *_no_commands(lacking), *unused(commands, able)]
    return tuple(wanted), findings


def _can_run(workload: Workload) -> bool:
    """Whether it can be a program here: a machine is elsewhere, and a Job ends when it is done."""
    return workload.serves and not workload.is_machine


def _not_started(mesh: Mesh) -> Iterator[Finding]:
    """Name all workloads that are left out, in one finding."""
    left = [workload for workload in mesh.workloads if not _can_run(workload)]
    if left:
        names = listing([str(workload.meta.ref) for workload in left], limit=3)
        place = left[0].meta.place("metadata", "name")
        yield finding(NOT_STARTED, place, str(left[0].meta.ref), workloads=names)


def _containers(workload: Workload) -> list[Container]:
    """Return the containers that are programs of the user's; a dump's proxies are not."""
    return [one for one in workload.containers if one.name != PROXY_CONTAINER]


def _without_command(workload: Workload, commands: Commands) -> list[Container]:
    return [
        container
        for position, container in enumerate(_containers(workload))
        if _command(workload, commands, position, container) is None
    ]


def _no_commands(lacking: list[tuple[Workload, Container]]) -> Iterator[Finding]:
    """Name all images without a command in one finding, whose fix can be pasted."""
    users: dict[str, dict[Ref, None]] = {}
    for workload, container in lacking:
        users.setdefault(container.image, {})[workload.meta.ref] = None
    if users:
        (workload, container), *_ = lacking
        yield finding(
            IMAGE_WITHOUT_COMMAND,
            workload.place("spec", "containers", container.index, "image"),
            str(workload.meta.ref),
            images=counted("image", list(users)),
            workloads=listing(dict.fromkeys(one.meta.ref for one, _ in lacking)),
            image=container.image,
            lines="\n".join(_run_line(image, list(refs)) for image, refs in users.items()),
        )


def _run_line(image: str, users: list[Ref]) -> str:
    """Write a line of the table `[run]`; a text of JSON is one of TOML as well."""
    text = json.dumps(image, ensure_ascii=False)
    return f'{text} = "@mock"  # {" ".join(listing(users).split())}'


def _command(
    workload: Workload, commands: Commands, position: int, container: Container
) -> Command | None:
    """Return a container's command. One that is named for a workload is for its first container."""
    own = commands.of_workload(workload.namespace, workload.meta.name) if position == 0 else None
    return own or commands.of(container.image)


def _programs(
    mesh: Mesh, workload: Workload, commands: Commands, targets: frozenset[int | str]
) -> Iterable[WantedProgram]:
    """Yield a workload's programs. Ports that only Services name belong to the first of them."""
    containers = _containers(workload)
    declared = {number for container in containers for _, number in container.ports}
    numbers = {target for target in targets if isinstance(target, int)}
    undeclared = tuple(("", number) for number in sorted(numbers - declared))
    names: set[str] = set()
    for position, container in enumerate(containers):
        name = _safe(container.name)
        name = f"{name}.{position}" if name in names else name
        names.add(name)
        ports = container.ports + (undeclared if position == 0 else ())
        command = _command(workload, commands, position, container) or ()
        yield WantedProgram(
            name,
            container.image,
            command,
            container.environment,
            ports,
            _awaited(ports, targets),
            mock_variables(mesh, workload) if command == MOCK else (),
            called_names(mesh, workload) if position == 0 else (),
        )


def _awaited(ports: tuple[tuple[str, int], ...], targets: frozenset[int | str]) -> tuple[int, ...]:
    led_to = tuple(number for name, number in ports if number in targets or name in targets)
    return led_to or tuple(number for _, number in ports[:1])


def _safe(name: str) -> str:
    """Return a name that is safe as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", name).lstrip(".") or "unnamed"


def _targets(mesh: Mesh) -> Mapping[Ref, frozenset[int | str]]:
    """Return the ports, by number or name, that Services lead to at each workload.

    A container need not declare the ports it listens on:
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports
    """
    found: dict[Ref, frozenset[int | str]] = {}
    for service in mesh.services.values():
        targets = frozenset(port.target for port in service.ports)
        for workload in service.workloads:
            found[workload.meta.ref] = found.get(workload.meta.ref, frozenset()) | targets
    return found


class _Names:
    """Gives replicas names: short where that is unambiguous in the order of the input."""

    def __init__(self) -> None:
        self.given = {"envoy", "laneway"}  # the other names of logs

    def of(self, workload: Workload) -> list[str]:
        ref = workload.meta.ref
        base = _safe(ref.name)
        if ref.namespace not in ("", "default"):
            base = f"{base}.{_safe(ref.namespace)}"
        candidates = chain((base, f"{base}.{ref.kind.lower()}"), (f"{base}.{n}" for n in count(2)))
        named = (_replica_names(candidate, workload) for candidate in candidates)
        names = next(names for names in named if self.given.isdisjoint(names))
        self.given.update(names)
        return names


def _replica_names(base: str, workload: Workload) -> list[str]:
    if workload.meta.ref.kind == "Pod":
        return [base]
    return [f"{base}-{index}" for index in range(workload.replicas)]
