"""What a replica's programs are started with: command, environment, log.

Comes in: an Instance, which has a place, and the environment Laneway itself was started with. Goes
out: Programs for the adapter that starts them. Pure. A program is told where to listen and to send
its calls through its own proxy; it is never told of lanes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import laneway.apps.mock
from laneway.adapters.processes import FOLDER, Program
from laneway.apps.local.record.state import MeshFolder
from laneway.core.fleet.commands import MOCK, filled
from laneway.core.fleet.next_step import Instance
from laneway.core.fleet.placing import ReplicaPlace
from laneway.core.fleet.wanted import WantedProgram

PROXY_VARIABLES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
"""Both spellings of these are cleared: inherited ones would send calls past the mesh."""

NO_PROXY = "localhost,127.0.0.1,::1"
NO_PROXY_JAVA = "localhost|127.0.0.1|[::1]"
JAVA_OPTIONS = "JAVA_TOOL_OPTIONS"
"""Options that every Java program takes, besides those of its own command line."""

_MOCK_FOLDER = str(Path(laneway.apps.mock.__path__[0]))
# Isolated and without `site`, which halves the start; imported rather than run as a script, so that
# its compiled form is kept.
_PYTHON = (sys.executable, "-I", "-S", "-c")
_FOUND = f"import sys; sys.path[:0] = [{_MOCK_FOLDER!r}, {FOLDER!r}]; import serve, parent; "
_MOCK_COMMAND = (*_PYTHON, f"{_FOUND}serve.main()")
_MOCK_PARENT = (*_PYTHON, f"{_FOUND}serve.main(parent.fork())", "parent of mocks")
"""All mocks are forked by one process that has loaded the mock: alone each takes ten times as much
memory and processor time."""


def program_of(
    folder: MeshFolder,
    instance: Instance,
    wanted: WantedProgram,
    inherited: Mapping[str, str],
    inside: tuple[str, ...] = (),
) -> Program:
    """Return how one program of an instance is started; `inside` says in which pod, if in one.

    There its calls are led to its proxy, so that it is told of none.
    """
    alone = len(instance.wanted.programs) == 1
    is_mock = wanted.command == MOCK
    told = dict(_told(instance, wanted))
    own = {
        **({} if is_mock else _without_proxies(inherited)),
        **_defaults(wanted),
        **dict(wanted.environment),
    }
    if not inside:
        told |= _proxies(instance.place) | java_proxies(own, instance.place)
    return Program(
        mark=f"{folder.run_mark}/{instance.id}/{wanted.container}",
        command=_command(instance, wanted, told),
        log=folder.log_of(instance.id, wanted.container, alone=alone),
        environment={**own, **told},
        parent=_MOCK_PARENT if is_mock else (),
        inside=inside,
    )


def _command(instance: Instance, wanted: WantedProgram, told: Mapping[str, str]) -> tuple[str, ...]:
    if wanted.command == MOCK:
        return (*_MOCK_COMMAND, instance.id)
    places = {name.lower(): value for name, value in told.items() if name.startswith("PORT")}
    return filled(wanted.command, {**places, "host": instance.place.address})


def _told(instance: Instance, wanted: WantedProgram) -> Iterator[tuple[str, str]]:
    """Yield the variables every program gets. They win over the container's own of that name.

    PORT is the first of its ports, PORT_9090 the one that stands for container port 9090.
    """
    place = instance.place
    yield "HOST", place.address
    yield "POD_IP", place.address
    own = {number for _, number in wanted.ports}
    for position, (container, _, port) in enumerate(
        ports for ports in place.ports if ports[0] in own
    ):
        if position == 0:
            yield "PORT", str(port)
        yield f"PORT_{container}", str(port)


def _proxies(place: ReplicaPlace) -> dict[str, str]:
    """Return the variables by which most programs send their calls to their proxy."""
    proxy = f"http://{place.address}:{place.outbound}"
    told = {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": NO_PROXY}
    upper = {name.upper(): value for name, value in told.items()}
    return {**told, **upper, "NODE_USE_ENV_PROXY": "1"}


def java_proxies(environment: Mapping[str, str], place: ReplicaPlace) -> dict[str, str]:
    """Return the variable by which a Java program sends its calls to its proxy.

    Java reads no proxy variables. Options of the user's own stay, these come after them.
    https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/net/doc-files/net-properties.html
    """
    options = [environment.get(JAVA_OPTIONS, "")]
    for scheme in ("http", "https"):
        options += [
            f"-D{scheme}.proxyHost={place.address}",
            f"-D{scheme}.proxyPort={place.outbound}",
        ]
    options.append(f"-Dhttp.nonProxyHosts={NO_PROXY_JAVA}")
    return {JAVA_OPTIONS: " ".join(filter(None, options))}


def _defaults(wanted: WantedProgram) -> Mapping[str, str]:
    """Return the mock's settings; one upstream of the manifest's own replaces those found in it."""
    written = {name for name, _ in wanted.environment}
    defaults = dict(wanted.defaults)
    if "upstream_url" in written:
        defaults.pop("once", None)
    return defaults


def _without_proxies(inherited: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in inherited.items() if name.lower() not in PROXY_VARIABLES}
